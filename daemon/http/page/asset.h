#pragma once

#include <string>
#include <string_view>

namespace cr::daemon {

/// A file of this folder that was built into the program. There are no others.
class Asset {
 public:
  [[nodiscard]] std::string_view text() const { return text_; }
  /// How a Content-Security-Policy names it: 'sha256-…'.
  [[nodiscard]] const std::string& csp_source() const { return csp_source_; }

  static const Asset& style();           ///< style.css
  static const Asset& script();          ///< script.js
  static const Asset& live();            ///< live.js
  static const Asset& console_style();   ///< console.css
  static const Asset& console_script();  ///< console.js
  static const Asset& icon_good();
  static const Asset& icon_busy();
  static const Asset& icon_bad();

 private:
  explicit Asset(std::string_view text);
  std::string_view text_;
  std::string csp_source_;
};

}  // namespace cr::daemon
