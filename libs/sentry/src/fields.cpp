#include "fields.hpp"

#include <charconv>

namespace tocsin::sentry {

std::int64_t fields::count(std::initializer_list<std::string_view> path) const {
    auto const found = text(path, 20);
    std::int64_t value = 0;
    auto const [end, failed] = std::from_chars(found.data(), found.data() + found.size(), value);
    return failed == std::errc{} && value > 0 ? value : 1;
}

issue read_issue(json::value const& from) {
    fields const body(from);
    issue found;
    found.id = body.text({"id"}, 65);
    found.short_id = body.text({"shortId"}, 200);
    found.title = body.text({"title"}, 500);
    found.culprit = body.text({"culprit"}, 500);
    found.level = to_lower(body.text({"level"}, 20));
    found.status = to_lower(body.text({"status"}, 40));
    found.substatus = to_lower(body.text({"substatus"}, 60));
    found.url = web_url(body.text({"web_url"}, 2000));
    if (found.url.empty()) found.url = web_url(body.text({"permalink"}, 2000));
    found.project = {
        body.text({"project", "id"}, 65),
        body.text({"project", "slug"}, 200),
        body.text({"project", "name"}, 300)
    };
    found.release = body.text({"lastRelease", "version"}, 300);
    if (found.release.empty()) found.release = body.text({"firstRelease", "version"}, 300);
    found.count = body.count({"count"});
    found.first_seen = body.time({"firstSeen"});
    found.last_seen = body.time({"lastSeen"});
    found.assignee = body.text({"assignedTo", "name"}, 254);
    return found;
}

}  // namespace tocsin::sentry
