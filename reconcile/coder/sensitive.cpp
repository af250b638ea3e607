#include "reconcile/coder/sensitive.h"

#include <openssl/crypto.h>

#include <utility>

namespace cr::coder {

void cleanse(std::string& text) {
  text.resize(text.capacity());
  // A plain memset before the end of an object's life is optimised away.
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

// A short text lies inside of its string: moving copies it, and leaves the copy.
SensitiveText::SensitiveText(std::string text) : text_(std::move(text)) {
  cleanse(text);
}

SensitiveText::~SensitiveText() {
  cleanse(text_);
}

SensitiveText::SensitiveText(SensitiveText&& other) noexcept : text_(std::move(other.text_)) {
  cleanse(other.text_);
}

SensitiveText& SensitiveText::operator=(const SensitiveText& other) {
  if (this == &other) return *this;
  std::string copy = other.text_;
  cleanse(text_);
  text_ = std::move(copy);
  cleanse(copy);
  return *this;
}

SensitiveText& SensitiveText::operator=(SensitiveText&& other) noexcept {
  if (this == &other) return *this;
  cleanse(text_);
  text_.swap(other.text_);
  cleanse(other.text_);
  return *this;
}

}  // namespace cr::coder
