#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/standin/model.h"

namespace cr::standin {

/// One recorded call and what a real Coder answered.
struct RecordedExchange {
  std::string name;  ///< "topic/what-it-shows"
  std::string method;
  std::string target;
  std::string body;
  int status = 0;
  nlohmann::json headers;
  nlohmann::json reply;
  nlohmann::json then;  ///< Null, or what a read of the workspace showed afterwards.
};

/// Two rounds of calls were recorded from each release, from servers populated differently.
enum class Tour {
  settings,  ///< Creating, reading and keeping what is declared.
  fate,      ///< Deadlines, renames, favourites, deletions: files named "fate-…".
};

/// All exchanges of that release's tour, by name. Throws when the files are not there.
[[nodiscard]] std::map<std::string, RecordedExchange> load_recording(Age age, Tour tour);

/// Ids of the recording and those that the stand-in used in their place.
class IdMap {
 public:
  /// Pairs the ids that stand in the same places of two documents; the first pairing of an id stays.
  void learn(const nlohmann::json& recorded, const nlohmann::json& actual);
  void pair(const std::string& recorded, const std::string& actual);
  /// The text with every known recorded id replaced.
  [[nodiscard]] std::string translate(std::string text) const;

 private:
  std::map<std::string, std::string> ids_;
};

/// Differences in kind: keys that one side lacks, types, lengths of arrays. Empty: none.
[[nodiscard]] std::vector<std::string> shape_differences(const nlohmann::json& recorded,
                                                         const nlohmann::json& actual);

/// Differences in value of the keys that a reconciler reads or declares, and of error texts, wherever they
/// are.
[[nodiscard]] std::vector<std::string> value_differences(const nlohmann::json& recorded,
                                                         const nlohmann::json& actual, const IdMap& ids);

}  // namespace cr::standin
