#include "specs/file_cache.h"

#include <iterator>
#include <utility>

namespace cr::specs {

void FileCache::begin() {
  // After a load that was given up, what it did not reach is still good.
  for (CachedFile& file : last_)
    if (file.shown) files_.push_back(std::move(file));
  last_ = std::exchange(files_, {});
  files_.reserve(last_.size());
  index_.clear();
  next_ = 0;
}

CachedFile& FileCache::entry(const std::string& shown) {
  if (next_ < last_.size() && last_[next_].shown && *last_[next_].shown == shown) return take(next_);
  if (index_.empty()) {
    for (std::size_t i = 0; i < last_.size(); ++i)
      if (last_[i].shown) index_.emplace(*last_[i].shown, i);
  }
  const auto found = index_.find(shown);
  if (found == index_.end() || !last_[found->second].shown) return files_.emplace_back();
  return take(found->second);
}

CachedFile& FileCache::take(std::size_t index) {
  next_ = index + 1;
  return files_.emplace_back(std::exchange(last_[index], {}));
}

void FileCache::end() {
  last_ = {};
  index_.clear();
}

}  // namespace cr::specs
