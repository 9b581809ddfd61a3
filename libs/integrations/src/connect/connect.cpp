#include "connect/connect_intent.hpp"
#include "refresh/retry_until_stored.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/scope_rules.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>

/// What the modes share: intents and their use, reconnect, disconnect.
namespace tocsin::integrations {

namespace {

constexpr enum_names<connect_refusal, 11> refusal_names{{
    {connect_refusal::denied, "denied"},
    {connect_refusal::installation_without_code, "installation_without_code"},
    {connect_refusal::expired, "expired"},
    {connect_refusal::wrong_browser, "wrong_browser"},
    {connect_refusal::not_configured, "not_configured"},
    {connect_refusal::invalid_scope, "invalid_scope"},
    {connect_refusal::no_organization, "no_organization"},
    {connect_refusal::other_organization, "other_organization"},
    {connect_refusal::already_claimed, "already_claimed"},
    {connect_refusal::sentry_refused, "sentry_refused"},
    {connect_refusal::unavailable, "unavailable"},
}};

/// How long tokens whose code is spent wait for a database that is away; the person waits for the page
/// meanwhile.
constexpr std::chrono::seconds storing{20};

/// The roles that may connect; asked again when the flow comes back, since rights may have changed meanwhile.
bool may_connect(std::optional<std::string> const& role_name) {
    auto const role = role_name ? identity::parse_role(*role_name) : std::nullopt;
    return role && identity::allows(*role, identity::permission::administer);
}

}  // namespace

std::string_view to_string(connect_refusal r) noexcept {
    return name_of(refusal_names, r);
}

std::string hash_of(secret const& token) {
    return std::string(as_text(crypto::sha256(token.reveal())));
}

crypto::vault_place verifier_place(organization_id org, uuid const& flow) {
    return {.table = "connect_flows", .column = "verifier", .organization = org.str(), .row = flow.str()};
}

connect_refusal refusal_of(sentry::call_failure const& why) {
    if (names_our_client(why)) return connect_refusal::not_configured;
    return why.kind == sentry::failure_kind::refused || why.kind == sentry::failure_kind::gone
               ? connect_refusal::sentry_refused
               : connect_refusal::unavailable;
}

result<bool> not_repaired(mode of, sentry::call_failure const& why) {
    if (names_our_client(why))
        return error{
            errc::sentry_refused, std::string(remedy(of, status::degraded, reason::client_misconfigured))
        };
    if (refusal_of(why) == connect_refusal::sentry_refused) return false;
    return sentry::to_error(why, "to renew the access");
}

connect::connect(
    async::executor on,
    db::pool& pool,
    sentry::client& sentry,
    applications registered,
    crypto::vault const& vault,
    refresh_policy policy,
    clock const& time,
    refresher& refresher
)
    : pool_(pool),
      sentry_(sentry),
      registered_(std::move(registered)),
      vault_(vault),
      policy_(policy),
      time_(time),
      refresher_(refresher),
      revocations_(std::move(on)) {
    revocations_.on_error([](std::exception_ptr) { observe::log_warn("revocation cut off", {}); });
}

async::task<result<integration>> connect::find(organization_id org, integration_id id) {
    return pool_.transact(org, [org, id](db::transaction& tx) { return find_integration(tx, org, id); });
}

async::task<result<started_connect>> connect::open(opening what) {
    if (!registered_.offers(what.mode)) co_return not_configured(what.mode);
    if (!what.binding) what.binding = crypto::random_token();
    new_intent intent{
        .organization = what.organization,
        .integration = what.integration,
        .user = what.who.user,
        .session_hash = what.who.session_hash,
        .binding_hash = hash_of(*what.binding),
        .mode = what.mode,
        .sentry_host = sentry_.base().str(),
        .lifetime = intent_lifetime,
        .purpose = what.purpose,
        .allow_other = what.others == other_organizations::meant,
        .flow = crypto::uuid_v4(),
        .state_hash = {},
        .verifier_sealed = {},
        .wanted_org = std::move(what.wanted_org)
    };
    std::string url;
    if (what.mode == mode::oauth) {
        auto const state = crypto::random_token();
        auto const verifier = crypto::random_token();
        intent.state_hash = hash_of(state);
        intent.verifier_sealed = vault_.seal(verifier, verifier_place(intent.organization, intent.flow));
        url = sentry::authorize_url(
            sentry_.base(),
            *registered_.oauth,
            {registered_.redirect_uri, state, crypto::pkce_challenge(verifier), wanted_scopes()}
        );
    } else {
        url = sentry::external_install_url(sentry_.base(), registered_.app->slug);
    }
    auto made = co_await pool_.transact(
        as(what.organization, what.who),
        [intent](db::transaction& tx) -> result<integration> {
            if (!open_intent(tx, intent))
                return error{
                    errc::conflict,
                    "Five connections are being made already: finish one of them, or wait ten minutes."
                };
            return find_integration(tx, intent.organization, intent.integration);
        }
    );
    if (!made) co_return made.error();
    observe::log_info(
        "connect started",
        {{"organization", what.organization.str()},
         {"integration", what.integration.str()},
         {"purpose", to_string(what.purpose)}}
    );
    co_return started_connect{std::move(*made), std::move(url), std::move(*what.binding)};
}

/// Committed before anything is asked of Sentry: however often a callback comes, one goes on.
async::task<connect::consumed> connect::consume(
    organization_id org, uuid flow, connect_callback const& callback
) {
    auto const binding = hash_of(callback.binding);
    auto used = co_await pool_.transact(org, [org, flow, binding](db::transaction& tx) {
        return consume_intent(tx, org, flow, binding);
    });
    if (!used) co_return connect_refusal::expired;
    // A flow that a person began needs that person's session; one begun with an API token has none, there the
    // cookie binds.
    if (used->binding_hash != binding) co_return connect_refusal::wrong_browser;
    if (!used->session_hash.empty() && used->session_hash != callback.session_hash)
        co_return connect_refusal::wrong_browser;
    if (used->user && !may_connect(used->role)) co_return connect_refusal::wrong_browser;
    co_return intent{org, std::move(*used)};
}

async::task<finished_connect> connect::finish(connect_callback callback) {
    auto end = callback.state ? co_await finish_oauth(std::move(callback))
                              : co_await finish_public(std::move(callback));
    if (end.refusal)
        observe::log_warn(
            "connect failed",
            {{"organization", end.organization_slug},
             {"integration", end.integration.str()},
             {"reason", to_string(*end.refusal)}}
        );
    else
        observe::log_info(
            end.waits_for_person ? "connection waits for a person" : "connected",
            {{"organization", end.organization_slug}, {"integration", end.integration.str()}}
        );
    co_return end;
}

async::task<result<started_connect>> connect::reconnect(
    organization_id org,
    integration_id id,
    identity::principal who,
    std::optional<secret> binding,
    reconnect_request how
) {
    auto const found = co_await find(org, id);
    if (!found) co_return found.error();
    if (!registered_.offers(found->mode)) co_return not_configured(found->mode);
    if (auto const elsewhere = of_another_sentry(*found, sentry_.base())) co_return *elsewhere;
    if (how.access && found->mode != mode::internal)
        co_return error{
            errc::invalid,
            "Only an internal integration is reconnected with a token.",
            {{"token", "is not taken here"}}
        };
    if (how.access) {
        if (how.access->sentry_org.empty()) how.access->sentry_org = found->sentry_org.slug;
        if (how.access->client_secret.empty() && !found->webhook_secret_set)
            co_return error{
                errc::invalid,
                "The client secret is needed again.",
                {{"client_secret", "is required after Disconnect"}}
            };
        auto const stored =
            co_await put_internal(as(org, who), id, std::move(*how.access), how.others, false);
        if (!stored) co_return stored.error();
    } else {
        auto const repaired = co_await repair(as(org, who), *found);
        if (!repaired) co_return repaired.error();
        if (!*repaired) {
            if (found->mode == mode::internal)
                co_return error{
                    errc::sentry_refused,
                    "Sentry does not take the stored token any more: make a new one in Sentry and reconnect "
                    "with it."
                };
            co_return co_await open(
                {.organization = org,
                 .integration = id,
                 .who = who,
                 .binding = std::move(binding),
                 .mode = found->mode,
                 .purpose = intent_purpose::reconnect,
                 .others = how.others,
                 .wanted_org = {}}
            );
        }
    }
    auto after = co_await find(org, id);
    if (!after) co_return after.error();
    observe::log_info("reconnected", {{"organization", org.str()}, {"integration", id.str()}});
    co_return started_connect{std::move(*after), std::nullopt, secret()};
}

async::task<result<bool>> connect::repair(db::tenant by, integration const& broken) {
    if (broken.status == status::pending || broken.reason == reason::uninstalled) co_return false;
    if (!broken.credential)
        co_return broken.mode == mode::public_ ? co_await repair_installation(std::move(by), broken)
                                               : result<bool>(false);
    // A renewal brings the scopes that were granted; for more of them somebody has to authorize again.
    if (broken.mode == mode::oauth && !missing_scopes(broken.mode, broken.scopes).empty()) co_return false;
    // The one who renews is the refresher, under its lease: a second renewal beside it would kill the tokens
    // of the first.
    auto tried = co_await refresher_.renew_now(by, broken.id);
    // One refusal of Sentry's is no proof: it refuses healthy installations now and then.
    if (broken.mode == mode::public_ && tried && *tried && (*tried)->kind == sentry::failure_kind::refused)
        tried = co_await refresher_.renew_now(by, broken.id);
    if (!tried) co_return tried.error();
    if (auto const& why = *tried) co_return not_repaired(broken.mode, *why);
    co_return true;
}

async::task<result<integration>> connect::disconnect(
    organization_id org, integration_id id, identity::principal who
) {
    auto const token = std::make_shared<std::optional<byte_string>>();
    auto done = co_await pool_.transact(
        as(org, who),
        [org, id, token, here = sentry_.base()](db::transaction& tx) -> result<integration> {
            auto const found = find_integration(tx, org, id);
            if (!found) return found.error();
            *token = store_disconnected(tx, org, id);
            if (found->mode != mode::oauth || of_another_sentry(*found, here)) token->reset();
            return find_integration(tx, org, id);
        }
    );
    if (!done) co_return done;
    observe::log_info("disconnected", {{"organization", org.str()}, {"integration", id.str()}});
    if (*token) revoke_later(org, id, std::move(**token));
    co_return done;
}

/// A best effort that nobody waits for: here the tokens are gone already.
void connect::revoke_later(organization_id org, integration_id id, byte_string access_token_sealed) {
    if (!registered_.oauth) return;
    if (auto token = open_access_token(vault_, org, id, access_token_sealed))
        revocations_.spawn(revoke(std::move(*token)));
}

async::task<> connect::revoke(secret token) {
    auto const done = co_await sentry_.revoke_oauth(*registered_.oauth, std::move(token));
    if (!done) observe::log_warn("token not revoked at Sentry", {{"detail", done.error().detail}});
}

async::task<result<integration>> connect::set_webhook_secret(
    organization_id org, integration_id id, secret webhook_secret, identity::principal who
) {
    auto const sealed = seal_webhook_secret(vault_, org, id, webhook_secret);
    co_return co_await pool_.transact(
        as(org, who),
        [org, id, sealed](db::transaction& tx) -> result<integration> {
            auto const found = find_integration(tx, org, id);
            if (!found) return found.error();
            if (found->mode == mode::public_)
                return error{
                    errc::illegal_transition,
                    "Webhooks of a public integration are signed with the deployment's own secret."
                };
            if (found->status == status::disconnected && found->reason == reason::disconnected_by_admin)
                return error{errc::illegal_transition, "This integration is disconnected: connect it first."};
            put_webhook_secret(tx, org, id, sealed);
            note_webhook_secret(tx, org, id);
            return find_integration(tx, org, id);
        }
    );
}

async::task<result<integration>> connect::confirm(
    organization_id org, integration_id id, identity::principal who
) {
    std::optional<error> refused;
    auto const asked = co_await find(org, id);
    if (!asked) co_return asked.error();
    if (asked->status != status::pending || asked->reason != reason::confirm_organization)
        co_return error{errc::illegal_transition, "This integration waits for no confirmation."};
    try {
        co_await pool_.transact(as(org, who), [org, of = *asked](db::transaction& tx) {
            store_chosen(tx, org, of.id, of.sentry_host, of.installation, of.sentry_org);
        });
    } catch (failure const& why) {
        refused = why.why();
    }
    if (refused)
        co_return co_await refuse(as(org, who), id, asked->installation, asked->sentry_org.id, *refused);
    auto const token = co_await pool_.transact(org, [org, id](db::transaction& tx) {
        return stored_access_token(tx, org, id);
    });
    if (auto opened =
            token ? open_access_token(vault_, org, id, token->sealed) : result<secret>(token.error());
        opened && asked->installation)
        co_await tell_installed(org, id, *asked->installation, std::move(*opened));
    co_return co_await find(org, id);
}

async::task<result<integration>> connect::choose(
    organization_id org, integration_id id, std::string sentry_org, identity::principal who
) {
    auto const asked = co_await find(org, id);
    if (!asked) co_return asked.error();
    if (asked->status != status::pending || asked->reason != reason::choose_organization)
        co_return error{errc::illegal_transition, "This integration waits for no choice of an organization."};
    auto const at = std::find_if(asked->choices.begin(), asked->choices.end(), [&](auto const& one) {
        return one.slug == sentry_org || one.id == sentry_org;
    });
    if (at == asked->choices.end())
        co_return error{
            errc::invalid,
            "The token does not see this Sentry organization.",
            {{"sentry_org", "must be one of available_orgs, by slug or id"}}
        };
    std::optional<error> refused;
    try {
        co_await pool_.transact(as(org, who), [org, of = *asked, chosen = *at](db::transaction& tx) {
            store_chosen(tx, org, of.id, of.sentry_host, std::nullopt, chosen);
        });
    } catch (failure const& why) {
        refused = why.why();
    }
    if (refused) co_return co_await refuse(as(org, who), id, std::nullopt, at->id, *refused);
    co_return co_await find(org, id);
}

/// Stores a confirmed connection; already_claimed where somebody else owns it.
async::task<result<void>> connect::store(
    db::tenant by,
    integration_id id,
    std::optional<uuid> installation,
    sentry_organization const& confirmed,
    sentry::token_set const& tokens
) {
    auto const org = by.organization.value();
    confirmed_connection const connection{
        .organization = org,
        .integration = id,
        .sentry_host = sentry_.base().str(),
        .installation = installation,
        .sentry_org = confirmed,
        .scopes = tokens.scopes,
        .credential = seal(vault_, org, id, tokens, policy_, time_.now())
    };
    std::optional<error> refused;
    std::optional<byte_string> replaced;
    try {
        replaced = co_await insist(
            pool_,
            by,
            std::chrono::steady_clock::now() + storing,
            [connection](db::transaction& tx) { return store_connection(tx, connection); }
        );
    } catch (failure const& why) {
        refused = why.why();
    }
    if (refused) co_return co_await refuse(by, id, installation, confirmed.id, *refused);
    // An installation has one token, and the old one is dead. An application's lives on until it is given
    // back.
    if (replaced && !installation) revoke_later(org, id, std::move(*replaced));
    co_return result<void>{};
}

/// The refusal; a claim that another organization's stood against is noted in the audit log.
async::task<error> connect::refuse(
    db::tenant by, integration_id id, std::optional<uuid> installation, std::string sentry_org_id, error why
) {
    if (why.code == errc::already_claimed)
        co_await pool_.transact(
            std::move(by),
            [host = sentry_.base().str(), sentry_org_id, installation, id](db::transaction& tx) {
                note_refused_claim(tx, host, sentry_org_id, installation, id);
            }
        );
    co_return why;
}

async::task<std::size_t> expire_pending(
    db::pool& pool, sentry::client& sentry, applications const& registered, crypto::vault const& vault
) {
    static constexpr std::chrono::minutes patience{15};
    using given_up = std::pair<pending_connection, std::optional<byte_string>>;
    auto const late = co_await pool.transact(db::no_tenant, [](db::transaction& tx) {
        std::vector<given_up> all;
        for (auto const& one : pending_too_long(tx, patience))
            all.emplace_back(one, give_up_pending(tx, one));
        return all;
    });
    for (auto const& [one, sealed] : late) {
        if (!sealed || !registered.oauth || one.mode != mode::oauth) continue;
        auto token = open_access_token(vault, one.organization, one.integration, *sealed);
        if (token && !co_await sentry.revoke_oauth(*registered.oauth, std::move(*token)))
            observe::log_warn("token not revoked at Sentry", {{"integration", one.integration.str()}});
    }
    co_return late.size();
}

}  // namespace tocsin::integrations
