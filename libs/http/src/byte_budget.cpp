#include "byte_budget.hpp"

#include <algorithm>

namespace tocsin::http {

void byte_budget::share::set_deadline(time_point deadline) {
    deadline_ = deadline;
    if (deadline == time_point::max())
        budget_.transfers_.erase(this);
    else if (!dropped_)
        budget_.transfers_.insert(this);
}

bool byte_budget::share::grow_to(std::size_t size) {
    if (dropped_) return false;
    for (auto cause = budget_.shortage_of(*this, size); cause != shortage::none;
         cause = budget_.shortage_of(*this, size)) {
        auto* const other = budget_.droppable(*this, cause);
        if (other == nullptr) return false;
        other->release();
        other->dropped_ = true;
        other->on_drop_();
    }
    if (!owner_.empty()) budget_.owners_[owner_] += size - size_;
    if (size > small_body) budget_.used_by_large_ += size - (size_ > small_body ? size_ : 0);
    budget_.used_ += size - size_;
    size_ = size;
    return true;
}

void byte_budget::share::release() noexcept {
    budget_.transfers_.erase(this);
    budget_.used_ -= size_;
    if (size_ > small_body) budget_.used_by_large_ -= size_;
    if (auto const own = budget_.owners_.find(owner_); own != budget_.owners_.end()) {
        own->second -= size_;
        if (own->second == 0) budget_.owners_.erase(own);
    }
    size_ = 0;
}

std::size_t byte_budget::used_by(std::string const& owner) const {
    auto const found = owners_.find(owner);
    return found == owners_.end() ? 0 : found->second;
}

byte_budget::shortage byte_budget::shortage_of(share const& growing, std::size_t size) const {
    auto const more = size - growing.size_;
    if (!growing.owner_.empty() && used_by(growing.owner_) + more > limits_.per_owner)
        return shortage::of_owner;
    if (used_ + more > limits_.total) return shortage::of_total;
    auto const large = used_by_large_ + (growing.size_ > small_body ? more : size);
    if (size > small_body && large > limits_.total - std::min(limits_.total, limits_.small_reserve))
        return shortage::of_large;
    return shortage::none;
}

byte_budget::share* byte_budget::droppable(share const& growing, shortage cause) const {
    share* found = nullptr;
    for (auto* const each : transfers_) {
        if (each == &growing || each->size_ == 0) continue;
        if (cause == shortage::of_owner && each->owner_ != growing.owner_) continue;
        if (cause == shortage::of_large && each->size_ <= small_body) continue;
        if (found == nullptr || each->deadline_ < found->deadline_) found = each;
    }
    return found;
}

}  // namespace tocsin::http
