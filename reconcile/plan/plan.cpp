#include "reconcile/plan/plan.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "specs/text/encoding.h"

namespace cr::reconcile {
namespace {

/// SHA-256 over fields that are written with their length, so that no two different plans give the same
/// bytes.
class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("SHA-256 is not available");
  }

  void add(std::string_view text) {
    add_number(text.size());
    EVP_DigestUpdate(context_.get(), text.data(), text.size());
  }
  void add_number(std::uint64_t number) {
    std::array<unsigned char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  template <class Tag>
  void add(const Id<Tag>& id) {
    EVP_DigestUpdate(context_.get(), id.bytes().data(), id.bytes().size());
  }

  std::string hex16() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
    return text::hex({bytes.data(), 8});
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// What the action makes true; old values and ids of workspaces are left out.
struct AddNewValue {
  Hash& hash;

  void operator()(const CreateWorkspace& action) const {
    const coder::CreateRequest& request = action.request;
    hash.add("create");
    hash.add(request.owner);
    hash.add(request.name);
    hash.add(request.template_id);
    hash.add(request.version.value_or(VersionId{}));
    hash.add(action.preset);
    hash.add_number(action.sets.size());
    for (const Change& change : action.sets) add(change);
    hash.add_number(request.parameters.size());
    for (const auto& [name, value] : request.parameters) {
      hash.add(name);
      hash.add(value);
    }
  }
  void operator()(const RetryFirstBuild&) const { hash.add("retry"); }
  void operator()(const StopWorkspace&) const { hash.add("stop"); }
  void operator()(const WriteField& action) const { add(action.change); }

 private:
  void add(const Change& change) const {
    hash.add(to_string(change.field));
    hash.add_number(change.to.index());
    hash.add(specs::to_text(change.to));
  }
};

}  // namespace

std::size_t Plan::action_count() const {
  std::size_t count = 0;
  for (const WorkspacePlan& workspace : workspaces) count += workspace.actions.size();
  return count;
}

std::string digest(const Plan& plan) {
  Hash hash;
  for (const WorkspacePlan& workspace : plan.workspaces) {
    hash.add(workspace.workspace.owner);
    hash.add(workspace.workspace.name);
    hash.add_number(workspace.actions.size());
    for (const Action& action : workspace.actions) std::visit(AddNewValue{hash}, action);
  }
  return hash.hex16();
}

}  // namespace cr::reconcile
