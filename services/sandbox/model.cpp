#include "model.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tocsin::sandbox {

namespace {

/// Sentry's model of a grant (sentry-app installations): ten minutes.
constexpr auto code_lifetime = std::chrono::minutes(10);

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 19 && text.front() != '0' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

error conflict(std::string detail) {
    return {errc::conflict, std::move(detail)};
}

template <class Range, class Matches>
auto* find_in(Range& range, Matches matches) {
    auto const at = std::find_if(range.begin(), range.end(), matches);
    return at == range.end() ? nullptr : &*at;
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return out;
}

}  // namespace

std::string random_hex(std::size_t bytes) {
    return to_hex(crypto::random_bytes(bytes));
}

std::string_view to_string(issue_status status) noexcept {
    switch (status) {
        case issue_status::resolved:
            return "resolved";
        case issue_status::ignored:
            return "ignored";
        case issue_status::unresolved:
            break;
    }
    return "unresolved";
}

std::string_view to_string(installation_status status) noexcept {
    return status == installation_status::pending ? "pending" : "installed";
}

std::string_view issue::exception_type() const noexcept {
    auto const colon = std::string_view(title).find(": ");
    return colon == std::string_view::npos ? std::string_view("Error")
                                           : std::string_view(title).substr(0, colon);
}

std::string_view issue::exception_value() const noexcept {
    auto const colon = std::string_view(title).find(": ");
    return colon == std::string_view::npos ? std::string_view(title)
                                           : std::string_view(title).substr(colon + 2);
}

state::state(clock const& time, application first) : time_(&time) {
    applications.push_back(std::move(first));
}

application* state::application_by_slug(std::string_view slug) {
    return find_in(applications, [&](application const& app) { return app.slug == slug; });
}

application* state::application_by_client_id(std::string_view client_id) {
    return find_in(applications, [&](application const& app) { return app.client_id == client_id; });
}

application& state::application_of(installation const& of) {
    auto* const found =
        find_in(applications, [&](application const& app) { return app.id == of.application_id; });
    if (!found) throw std::logic_error("an installation of no application");
    return *found;
}

organization* state::organization_by(std::string_view id_or_slug) {
    return find_in(organizations, [&](organization const& o) {
        return o.slug == id_or_slug || o.id == id_or_slug;
    });
}

project* state::project_by(organization const& within, std::string_view id_or_slug) {
    return find_in(projects, [&](project const& p) {
        return p.organization_id == within.id && (p.slug == id_or_slug || p.id == id_or_slug);
    });
}

project* state::project_by_former_slug(organization const& within, std::string_view slug) {
    return find_in(projects, [&](project const& p) {
        auto const& old = p.former_slugs;
        return p.organization_id == within.id && std::find(old.begin(), old.end(), slug) != old.end();
    });
}

project& state::project_of(issue const& of) {
    auto* const found = find_in(projects, [&](project const& p) { return p.id == of.project_id; });
    if (!found) throw std::logic_error("an issue of no project");
    return *found;
}

issue* state::issue_by(std::string_view id_or_short_id) {
    auto const survivor = merged.find(id_or_short_id);
    auto const wanted = survivor == merged.end() ? id_or_short_id : std::string_view(survivor->second);
    return find_in(issues, [&](issue const& i) { return i.id == wanted || i.short_id == wanted; });
}

installation* state::installation_by(uuid const& id) {
    return find_in(installations, [&](installation const& i) { return i.id == id; });
}

installation* state::installation_of(application const& app, organization const& on) {
    return find_in(installations, [&](installation const& i) {
        return i.application_id == app.id && i.organization_id == on.id;
    });
}

installation* state::installation_by_token(std::string_view token) {
    if (token.empty()) return nullptr;
    return find_in(installations, [&](installation const& i) {
        return i.lasting_token == token || (i.token && i.token->token == token);
    });
}

result<organization*> state::add_organization(std::string slug, std::string name, std::string id) {
    if (!is_slug(slug)) return error{errc::invalid, "slug: a-z, 0-9 and inner dashes"};
    if (id.empty()) id = next_id();
    if (!is_number(id)) return error{errc::invalid, "id: a decimal number as text"};
    if (organization_by(slug) || organization_by(id))
        return conflict("an organization has that slug or id already");
    organizations.push_back({std::move(id), std::move(slug), std::move(name), now()});
    return &organizations.back();
}

result<project*> state::add_project(
    organization const& to, std::string slug, std::string name, std::string id, std::string platform
) {
    if (!is_slug(slug)) return error{errc::invalid, "slug: a-z, 0-9 and inner dashes"};
    if (id.empty()) id = next_id();
    if (!is_number(id)) return error{errc::invalid, "id: a decimal number as text"};
    if (project_by(to, slug) || find_in(projects, [&](project const& p) { return p.id == id; }))
        return conflict("a project has that slug or id already");
    projects.push_back({std::move(id), std::move(slug), std::move(name), std::move(platform), to.id, now()});
    return &projects.back();
}

result<issue*> state::add_issue(project& to, issue draft) {
    if (draft.id.empty()) draft.id = next_id();
    if (!is_number(draft.id)) return error{errc::invalid, "id: a decimal number as text"};
    ++to.issues;
    if (draft.short_id.empty()) draft.short_id = upper(to.slug) + "-" + std::to_string(to.issues);
    if (issue_by(draft.id) || issue_by(draft.short_id))
        return conflict("an issue has that id or short id already");
    draft.project_id = to.id;
    draft.organization_id = to.organization_id;
    draft.count = 1;
    draft.substatus = "new";
    draft.first_seen = draft.last_seen = now();
    draft.events = {{random_hex(16), now(), draft.environment, draft.release, draft.level, {}}};
    issues.push_back(std::move(draft));
    return &issues.back();
}

result<issue*> state::merge(issue const& from, issue& into) {
    if (&from == &into) return error{errc::invalid, "an issue cannot be merged into itself"};
    if (from.project_id != into.project_id)
        return error{errc::invalid, "issues of different projects cannot be merged"};
    into.count += from.count;
    into.comments += from.comments;
    into.first_seen = std::min(into.first_seen, from.first_seen);
    into.last_seen = std::max(into.last_seen, from.last_seen);
    into.events.insert(into.events.end(), from.events.begin(), from.events.end());
    std::stable_sort(
        into.events.begin(),
        into.events.end(),
        [](stored_event const& a, stored_event const& b) { return a.at < b.at; }
    );
    auto const survivor = into.id;
    auto const gone = from.id;
    for (auto& [name, id] : merged)
        if (id == gone) id = survivor;
    merged[from.id] = merged[from.short_id] = survivor;
    std::erase_if(issues, [&](issue const& i) { return i.id == gone; });
    return issue_by(survivor);
}

result<void> state::rename(project& what, std::string slug) {
    if (!is_slug(slug)) return error{errc::invalid, "slug: a-z, 0-9 and inner dashes"};
    if (project_by(*organization_by(what.organization_id), slug))
        return conflict("a project has that slug already");
    std::erase(what.former_slugs, slug);
    what.former_slugs.push_back(std::exchange(what.slug, std::move(slug)));
    return {};
}

result<application*> state::add_application(application draft) {
    if (application_by_slug(draft.slug) || application_by_client_id(draft.client_id))
        return conflict("an application has that slug or client id already");
    draft.id = applications.back().id + 1;
    draft.public_id = crypto::uuid_v4();
    applications.push_back(std::move(draft));
    return &applications.back();
}

result<installation*> state::install(application const& app, organization const& on, std::optional<uuid> id) {
    if (installation_of(app, on)) return conflict(app.name + " is already installed for " + on.name + ".");
    if (!id) id = std::exchange(set.next_installation, std::nullopt);
    if (!id) id = crypto::uuid_v4();
    if (installation_by(*id)) return conflict("an installation has that UUID already");
    installation made;
    made.id = *id;
    made.application_id = app.id;
    made.organization_id = on.id;
    made.status = set.verify_install ? installation_status::pending : installation_status::installed;
    made.code = random_hex(32);
    made.code_expires = now() + code_lifetime;
    installations.push_back(std::move(made));
    return &installations.back();
}

result<installation*> state::add_internal_integration(
    application draft, organization const& on, std::string token
) {
    if (installation_by_token(token)) return conflict("an integration has that token already");
    draft.internal = true;
    auto const app = add_application(std::move(draft));
    if (!app) return app.error();
    installation made;
    made.id = crypto::uuid_v4();
    made.application_id = (*app)->id;
    made.organization_id = on.id;
    made.status = installation_status::installed;
    made.lasting_token = std::move(token);
    installations.push_back(std::move(made));
    return &installations.back();
}

void state::remove(installation const& what) {
    auto const id = what.id;
    auto const app = what.application_id;
    std::erase_if(applications, [&](application const& a) { return a.internal && a.id == app; });
    std::erase_if(installations, [&](installation const& i) { return i.id == id; });
}

access_token const& state::renew_token(installation& of) {
    auto const at = now();
    of.token = access_token{next_token_row_++, random_hex(32), random_hex(32), at, at + set.token_lifetime};
    return *of.token;
}

std::string state::next_id() {
    return std::to_string(next_id_ += 16);
}

void add_demo(state& to) {
    auto const northwind = to.add_organization("northwind", "Northwind Traders", "4505281256000001").value();
    auto const empire =
        to.add_organization("empire-state", "Empire State Deliveries", "4505281256000002").value();
    auto* const checkout =
        to.add_project(*northwind, "checkout", "Checkout", "4505281256090153", "python").value();
    to.add_project(*northwind, "storefront", "Storefront", "4505281256090154", "javascript-react").value();
    auto* const billing = to.add_project(*northwind, "billing", "Billing", "9105281256090155", "go").value();
    to.add_project(*northwind, "warehouse", "Warehouse", "9105281256090156", "java").value();
    auto* const dispatch =
        to.add_project(*empire, "dispatch", "Dispatch", "4505281256190001", "node").value();
    to.add_project(*empire, "rider-app", "Rider app", "4505281256190002", "android").value();
    to.add_project(*empire, "tracking", "Tracking", "9105281256190003", "ruby").value();

    auto const draft = [](std::string title, std::string culprit, std::string level) {
        issue out;
        out.title = std::move(title);
        out.culprit = std::move(culprit);
        out.level = std::move(level);
        out.environment = "production";
        out.release = "2026.3.1";
        return out;
    };
    to.add_issue(
          *checkout,
          draft(
              "TimeoutError: payment provider did not answer within 5000 ms",
              "checkout.gateway in charge",
              "error"
          )
    )
        .value();
    to.add_issue(
          *billing,
          draft(
              "InvoiceMismatch: total differs from its lines by 0.01 \u20ac",
              "billing.close in sum",
              "warning"
          )
    )
        .value();
    to.add_issue(
          *dispatch,
          draft("TypeError: Cannot read properties of undefined", "dispatch/route.js in plan", "fatal")
    )
        .value();
}

}  // namespace tocsin::sandbox
