#include "store/changes.hpp"

#include <tocsin/db/array.hpp>

#include <string_view>

namespace tocsin::incidents {

namespace {

constexpr db::statement notify{
    "notify_changes", "select pg_notify('tocsin_changes', message) from unnest($1::text[]) message"
};

/// NOTIFY takes less than 8,000 bytes.
constexpr std::size_t longest_message = 7'000;
/// With more incidents of an organization, a message names none: consoles then reload their lists.
constexpr std::size_t most_numbers = 20;

class message_writer {
public:
    explicit message_writer(std::string_view kind) : kind_(kind) {}

    void add(std::string const& part) {
        if (messages_.empty() || messages_.back().size() + 1 + part.size() > longest_message)
            messages_.push_back(std::string(kind_) + " " + part);
        else
            messages_.back() += ";" + part;
    }
    std::vector<std::string> take() { return std::move(messages_); }

private:
    std::string_view kind_;
    std::vector<std::string> messages_;
};

std::string part_of(organization_id const& org, std::set<std::int64_t> const& numbers) {
    std::string part = org.str() + " ";
    if (numbers.size() > most_numbers) return part + "*";
    for (auto const number : numbers) part += (part.back() == ' ' ? "" : ",") + std::to_string(number);
    return part;
}

}  // namespace

std::vector<std::string> messages_of(changes const& all) {
    message_writer incidents("incident");
    for (auto const& [organization, numbers] : all.incidents) incidents.add(part_of(organization, numbers));
    message_writer deliveries("delivery");
    for (auto const& organization : all.deliveries) deliveries.add(organization.str() + " *");
    auto messages = incidents.take();
    for (auto& message : deliveries.take()) messages.push_back(std::move(message));
    return messages;
}

void notify_changes(db::transaction& tx, changes const& all) {
    auto const messages = messages_of(all);
    if (messages.empty()) return;
    db::array<std::string_view> parameter;
    for (auto const& each : messages) parameter.add(each);
    tx.run(notify, parameter);
}

}  // namespace tocsin::incidents
