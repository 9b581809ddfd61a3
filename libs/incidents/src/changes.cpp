#include "changes.hpp"

#include <tocsin/db/array.hpp>

#include <string_view>

namespace tocsin::incidents {

namespace {

constexpr db::statement notify{
    "tell_changes", "select pg_notify('tocsin_changes', message) from unnest($1::text[]) message"
};

/// NOTIFY takes less than 8,000 bytes.
constexpr std::size_t longest_message = 7'000;
/// More of one organization are not worth naming: whoever listens reads its list again.
constexpr std::size_t most_numbers = 20;

class message_writer {
public:
    explicit message_writer(std::string_view kind) : kind_(kind) {}

    void add(std::string const& part) {
        if (made_.empty() || made_.back().size() + 1 + part.size() > longest_message)
            made_.push_back(std::string(kind_) + " " + part);
        else
            made_.back() += ";" + part;
    }
    std::vector<std::string> take() { return std::move(made_); }

private:
    std::string_view kind_;
    std::vector<std::string> made_;
};

std::string part_of(organization_id const& of, std::set<std::int64_t> const& numbers) {
    std::string part = of.str() + " ";
    if (numbers.size() > most_numbers) return part + "*";
    for (auto const number : numbers) part += (part.back() == ' ' ? "" : ",") + std::to_string(number);
    return part;
}

}  // namespace

std::vector<std::string> messages_of(changes const& what) {
    message_writer incidents("incident");
    for (auto const& [organization, numbers] : what.incidents) incidents.add(part_of(organization, numbers));
    message_writer deliveries("delivery");
    for (auto const& organization : what.deliveries) deliveries.add(organization.str() + " *");
    auto all = incidents.take();
    for (auto& message : deliveries.take()) all.push_back(std::move(message));
    return all;
}

void tell(db::transaction& tx, changes const& what) {
    auto const messages = messages_of(what);
    if (messages.empty()) return;
    db::array<std::string_view> column;
    for (auto const& each : messages) column.add(each);
    tx.run(notify, column);
}

}  // namespace tocsin::incidents
