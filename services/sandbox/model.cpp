#include "model.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tocsin::sandbox {

namespace {

/// From Sentry's model of installation grants.
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
    auto const position = std::find_if(range.begin(), range.end(), matches);
    return position == range.end() ? nullptr : &*position;
}

std::string to_upper(std::string_view text) {
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

sentry_state::sentry_state(clock const& time, application main_application) : time_(&time) {
    applications.push_back(std::move(main_application));
}

application* sentry_state::application_by_slug(std::string_view slug) {
    return find_in(applications, [&](application const& app) { return app.slug == slug; });
}

application* sentry_state::application_by_client_id(std::string_view client_id) {
    return find_in(applications, [&](application const& app) { return app.client_id == client_id; });
}

application& sentry_state::application_of(installation const& installation) {
    auto* const app = find_in(applications, [&](application const& candidate) {
        return candidate.id == installation.application_id;
    });
    if (!app) throw std::logic_error("an installation without application");
    return *app;
}

organization* sentry_state::organization_by(std::string_view id_or_slug) {
    return find_in(organizations, [&](organization const& o) {
        return o.slug == id_or_slug || o.id == id_or_slug;
    });
}

project* sentry_state::project_by(organization const& org, std::string_view id_or_slug) {
    return find_in(projects, [&](project const& p) {
        return p.organization_id == org.id && (p.slug == id_or_slug || p.id == id_or_slug);
    });
}

project* sentry_state::project_by_former_slug(organization const& org, std::string_view slug) {
    return find_in(projects, [&](project const& p) {
        auto const& former = p.former_slugs;
        return p.organization_id == org.id && std::find(former.begin(), former.end(), slug) != former.end();
    });
}

project& sentry_state::project_of(issue const& issue) {
    auto* const project =
        find_in(projects, [&](sandbox::project const& p) { return p.id == issue.project_id; });
    if (!project) throw std::logic_error("an issue without project");
    return *project;
}

issue* sentry_state::issue_by(std::string_view id_or_short_id) {
    auto const target = merged.find(id_or_short_id);
    auto const id = target == merged.end() ? id_or_short_id : std::string_view(target->second);
    return find_in(issues, [&](issue const& i) { return i.id == id || i.short_id == id; });
}

installation* sentry_state::installation_by(uuid const& id) {
    return find_in(installations, [&](installation const& i) { return i.id == id; });
}

installation* sentry_state::installation_of(application const& app, organization const& org) {
    return find_in(installations, [&](installation const& i) {
        return i.application_id == app.id && i.organization_id == org.id;
    });
}

installation* sentry_state::installation_by_token(std::string_view token) {
    if (token.empty()) return nullptr;
    return find_in(installations, [&](installation const& i) {
        return i.permanent_token == token || (i.token && i.token->token == token);
    });
}

result<organization*> sentry_state::add_organization(std::string slug, std::string name, std::string id) {
    if (!is_slug(slug)) return error{errc::invalid, "slug: a-z, 0-9, and inner dashes"};
    if (id.empty()) id = next_id();
    if (!is_number(id)) return error{errc::invalid, "id: a decimal number as text"};
    if (organization_by(slug) || organization_by(id))
        return conflict("an organization has that slug or id already");
    organizations.push_back({std::move(id), std::move(slug), std::move(name), now()});
    return &organizations.back();
}

result<project*> sentry_state::add_project(
    organization const& org, std::string slug, std::string name, std::string id, std::string platform
) {
    if (!is_slug(slug)) return error{errc::invalid, "slug: a-z, 0-9, and inner dashes"};
    if (id.empty()) id = next_id();
    if (!is_number(id)) return error{errc::invalid, "id: a decimal number as text"};
    if (project_by(org, slug) || find_in(projects, [&](project const& p) { return p.id == id; }))
        return conflict("a project has that slug or id already");
    projects.push_back({std::move(id), std::move(slug), std::move(name), std::move(platform), org.id, now()});
    return &projects.back();
}

result<issue*> sentry_state::add_issue(project& project, issue draft) {
    if (draft.id.empty()) draft.id = next_id();
    if (!is_number(draft.id)) return error{errc::invalid, "id: a decimal number as text"};
    ++project.issues;
    if (draft.short_id.empty())
        draft.short_id = to_upper(project.slug) + "-" + std::to_string(project.issues);
    if (issue_by(draft.id) || issue_by(draft.short_id))
        return conflict("an issue has that id or short id already");
    draft.project_id = project.id;
    draft.organization_id = project.organization_id;
    draft.count = 1;
    draft.substatus = "new";
    draft.first_seen = draft.last_seen = now();
    draft.events = {{random_hex(16), now(), draft.environment, draft.release, draft.level, {}}};
    issues.push_back(std::move(draft));
    return &issues.back();
}

result<issue*> sentry_state::merge(issue const& source, issue& target) {
    if (&source == &target) return error{errc::invalid, "an issue cannot be merged into itself"};
    if (source.project_id != target.project_id)
        return error{errc::invalid, "issues of different projects cannot be merged"};
    target.count += source.count;
    target.comments += source.comments;
    target.first_seen = std::min(target.first_seen, source.first_seen);
    target.last_seen = std::max(target.last_seen, source.last_seen);
    target.events.insert(target.events.end(), source.events.begin(), source.events.end());
    std::stable_sort(
        target.events.begin(),
        target.events.end(),
        [](stored_event const& a, stored_event const& b) { return a.at < b.at; }
    );
    auto const target_id = target.id;
    auto const source_id = source.id;
    for (auto& [name, id] : merged)
        if (id == source_id) id = target_id;
    merged[source.id] = merged[source.short_id] = target_id;
    std::erase_if(issues, [&](issue const& i) { return i.id == source_id; });
    return issue_by(target_id);
}

void sentry_state::remove(issue const& issue) {
    auto const id = issue.id;
    std::erase_if(issues, [&](sandbox::issue const& i) { return i.id == id; });
}

result<void> sentry_state::rename(organization& org, std::string slug) {
    if (!is_slug(slug)) return error{errc::invalid, "slug: a-z, 0-9, and inner dashes"};
    if (organization_by(slug)) return conflict("an organization has that slug already");
    if (auto& slugs = oauth.user_organizations) std::replace(slugs->begin(), slugs->end(), org.slug, slug);
    org.slug = std::move(slug);
    return {};
}

result<void> sentry_state::rename(project& project, std::string slug) {
    if (!is_slug(slug)) return error{errc::invalid, "slug: a-z, 0-9, and inner dashes"};
    if (project_by(*organization_by(project.organization_id), slug))
        return conflict("a project has that slug already");
    std::erase(project.former_slugs, slug);
    project.former_slugs.push_back(std::exchange(project.slug, std::move(slug)));
    return {};
}

result<application*> sentry_state::add_application(application draft) {
    if (application_by_slug(draft.slug) || application_by_client_id(draft.client_id))
        return conflict("an application has that slug or client id already");
    draft.id = applications.back().id + 1;
    draft.public_id = crypto::uuid_v4();
    applications.push_back(std::move(draft));
    return &applications.back();
}

result<installation*> sentry_state::install(
    application const& app, organization const& org, std::optional<uuid> id
) {
    if (installation_of(app, org)) return conflict(app.name + " is already installed for " + org.name + ".");
    if (!id) id = std::exchange(behavior.next_installation, std::nullopt);
    if (!id) id = crypto::uuid_v4();
    if (installation_by(*id)) return conflict("an installation has that UUID already");
    installation created;
    created.id = *id;
    created.application_id = app.id;
    created.organization_id = org.id;
    created.status = behavior.verify_install ? installation_status::pending : installation_status::installed;
    created.code = random_hex(32);
    created.code_expires = now() + code_lifetime;
    installations.push_back(std::move(created));
    return &installations.back();
}

result<installation*> sentry_state::add_internal_integration(
    application draft, organization const& org, std::string token
) {
    if (installation_by_token(token)) return conflict("an integration has that token already");
    draft.internal = true;
    auto const app = add_application(std::move(draft));
    if (!app) return app.error();
    installation created;
    created.id = crypto::uuid_v4();
    created.application_id = (*app)->id;
    created.organization_id = org.id;
    created.status = installation_status::installed;
    created.permanent_token = std::move(token);
    installations.push_back(std::move(created));
    return &installations.back();
}

void sentry_state::remove(installation const& installation) {
    auto const id = installation.id;
    auto const app_id = installation.application_id;
    std::erase_if(applications, [&](application const& app) { return app.internal && app.id == app_id; });
    std::erase_if(installations, [&](sandbox::installation const& i) { return i.id == id; });
}

access_token const& sentry_state::replace_token(installation& installation) {
    auto const created = now();
    installation.token = access_token{
        next_token_row_++, random_hex(32), random_hex(32), created, created + behavior.token_lifetime
    };
    return *installation.token;
}

std::string sentry_state::next_id() {
    return std::to_string(next_id_ += 16);
}

std::vector<organization*> organizations_of_user(sentry_state& state) {
    auto const& slugs = state.oauth.user_organizations;
    std::vector<organization*> out;
    for (auto& org : state.organizations)
        if (!slugs || std::find(slugs->begin(), slugs->end(), org.slug) != slugs->end()) out.push_back(&org);
    return out;
}

void add_demo_data(sentry_state& state) {
    auto const northwind =
        state.add_organization("northwind", "Northwind Traders", "4505281256000001").value();
    auto const empire =
        state.add_organization("empire-state", "Empire State Deliveries", "4505281256000002").value();
    auto* const checkout =
        state.add_project(*northwind, "checkout", "Checkout", "4505281256090153", "python").value();
    state.add_project(*northwind, "storefront", "Storefront", "4505281256090154", "javascript-react").value();
    auto* const billing =
        state.add_project(*northwind, "billing", "Billing", "9105281256090155", "go").value();
    state.add_project(*northwind, "warehouse", "Warehouse", "9105281256090156", "java").value();
    auto* const dispatch =
        state.add_project(*empire, "dispatch", "Dispatch", "4505281256190001", "node").value();
    state.add_project(*empire, "rider-app", "Rider app", "4505281256190002", "android").value();
    state.add_project(*empire, "tracking", "Tracking", "9105281256190003", "ruby").value();

    auto const draft = [](std::string title, std::string culprit, std::string level) {
        issue out;
        out.title = std::move(title);
        out.culprit = std::move(culprit);
        out.level = std::move(level);
        out.environment = "production";
        out.release = "2026.3.1";
        return out;
    };
    state
        .add_issue(
            *checkout,
            draft(
                "TimeoutError: payment provider did not answer within 5000 ms",
                "checkout.gateway in charge",
                "error"
            )
        )
        .value();
    state
        .add_issue(
            *billing,
            draft(
                "InvoiceMismatch: total differs from its lines by 0.01 \u20ac",
                "billing.close in sum",
                "warning"
            )
        )
        .value();
    state
        .add_issue(
            *dispatch,
            draft("TypeError: Cannot read properties of undefined", "dispatch/route.js in plan", "fatal")
        )
        .value();
}

}  // namespace tocsin::sandbox
