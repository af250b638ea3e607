#pragma once

#include <string_view>

/// The files of this folder as embed.cmake puts them into the program.
namespace cr::daemon::embedded {

extern const std::string_view style_css;
extern const std::string_view script_js;
extern const std::string_view live_js;
extern const std::string_view console_css;
extern const std::string_view console_js;
extern const std::string_view icon_good_svg;
extern const std::string_view icon_busy_svg;
extern const std::string_view icon_bad_svg;

}  // namespace cr::daemon::embedded
