#include "connect/connection_writer.hpp"

#include "connect/connection_store.hpp"
#include "refresh/retry_until_stored.hpp"

#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/observe/log.hpp>

namespace tocsin::integrations {

namespace {

/// How long tokens whose code is spent may wait for the database, while the person waits for the page.
constexpr std::chrono::seconds store_limit{20};

}  // namespace

connection_writer::connection_writer(async::executor executor, connect_context const& context)
    : context_(context), revocations_(std::move(executor)) {
    revocations_.on_error([](std::exception_ptr) { observe::log_warn("revocation interrupted", {}); });
}

async::task<result<void>> connection_writer::store(
    db::tenant tenant,
    integration_id id,
    std::optional<uuid> installation,
    sentry_organization confirmed,
    sentry::token_set tokens
) {
    auto const org = tenant.organization.value();
    confirmed_connection const connection{
        .organization = org,
        .integration = id,
        .sentry_host = context_.sentry.base().str(),
        .installation = installation,
        .sentry_org = confirmed,
        .scopes = tokens.scopes,
        .credential = seal(context_.vault, org, id, tokens, context_.policy, context_.time.now())
    };
    auto replaced = co_await retry_until_stored(
        std::chrono::steady_clock::now() + store_limit,
        [&pool = context_.pool, tenant, connection] {
            return pool.transact_result(tenant, [connection](db::transaction& tx) {
                return store_connection(tx, connection);
            });
        }
    );
    if (!replaced)
        co_return co_await refuse(std::move(tenant), id, installation, confirmed.id, replaced.error());
    // An installation has one token, so the old one is invalid. An OAuth token stays valid until it is
    // revoked.
    if (*replaced && !installation) revoke_later(org, id, std::move(**replaced));
    co_return result<void>{};
}

async::task<result<void>> connection_writer::store_internal(
    db::tenant tenant, internal_connection connection
) {
    auto const org = tenant.organization.value();
    auto const id = connection.integration;
    auto const sentry_org_id = connection.sentry_org.id;
    confirmed_connection const confirmed{
        .organization = org,
        .integration = id,
        .sentry_host = context_.sentry.base().str(),
        .installation = std::nullopt,
        .sentry_org = connection.sentry_org,
        .scopes = connection.tokens.scopes,
        .credential = seal(context_.vault, org, id, connection.tokens, context_.policy, context_.time.now())
    };
    auto const webhook_secret =
        connection.client_secret.empty()
            ? std::nullopt
            : std::optional(seal_webhook_secret(context_.vault, org, id, connection.client_secret));
    auto const stored = co_await context_.pool.transact_result(
        tenant,
        [confirmed, webhook_secret, others = connection.others, is_new = connection.is_new](
            db::transaction& tx
        ) -> result<void> {
            auto const org = confirmed.organization;
            auto const id = confirmed.integration;
            if (is_new) insert_pending_integration(tx, org, id, mode::internal, confirmed.sentry_host);
            auto const previous = find_integration(tx, org, id).value().sentry_org;
            if (others == other_organizations::refused && !previous.id.empty() &&
                previous.id != confirmed.sentry_org.id)
                return error{
                    errc::other_organization,
                    "This integration is for " + previous.name + ", but the token is for " +
                        confirmed.sentry_org.name + "."
                };
            if (auto const outcome = store_connection(tx, confirmed); !outcome) return outcome.error();
            if (webhook_secret) put_webhook_secret(tx, org, id, *webhook_secret);
            return {};
        }
    );
    if (!stored)
        co_return co_await refuse(std::move(tenant), id, std::nullopt, sentry_org_id, stored.error());
    co_return result<void>{};
}

async::task<bool> connection_writer::store_undecided(
    organization_id org, integration_id id, open_question question, sentry::token_set tokens
) {
    undecided_connection connection{
        .organization = org,
        .integration = id,
        .reason = question.reason,
        .choices = std::move(question.choices),
        .session_hash = std::move(question.session_hash),
        .scopes = tokens.scopes,
        .credential = seal(context_.vault, org, id, tokens, context_.policy, context_.time.now())
    };
    connection.credential.refresh_in.reset();
    return context_.pool.transact(org, [connection = std::move(connection)](db::transaction& tx) {
        return integrations::store_undecided(tx, connection);
    });
}

async::task<result<void>> connection_writer::store_decision(
    db::tenant tenant, integration undecided, organization_choice chosen, std::string session_hash
) {
    auto const stored = co_await context_.pool.transact_result(
        tenant,
        [org = tenant.organization.value(), undecided, chosen, session_hash](db::transaction& tx) {
            return integrations::store_decision(tx, org, undecided, chosen, session_hash);
        }
    );
    if (!stored)
        co_return co_await refuse(
            std::move(tenant), undecided.id, chosen.installation, chosen.organization.id, stored.error()
        );
    co_return result<void>{};
}

async::task<result<integration>> connection_writer::disconnect(db::tenant tenant, integration_id id) {
    auto const org = tenant.organization.value();
    auto const to_revoke = std::make_shared<std::optional<byte_string>>();
    auto disconnected = co_await context_.pool.transact(
        std::move(tenant),
        [org, id, to_revoke, host = context_.sentry.base()](db::transaction& tx) -> result<integration> {
            auto const integration = find_integration(tx, org, id);
            if (!integration) return integration.error();
            *to_revoke = store_disconnected(tx, org, id);
            if (integration->mode != mode::oauth || sentry_host_mismatch(integration->sentry_host, host))
                to_revoke->reset();
            return find_integration(tx, org, id);
        }
    );
    if (!disconnected) co_return disconnected;
    observe::log_info("disconnected", {{"organization", org.str()}, {"integration", id.str()}});
    if (*to_revoke) revoke_later(org, id, std::move(**to_revoke));
    co_return disconnected;
}

/// Adds a refused claim to the audit log and returns the error.
async::task<error> connection_writer::refuse(
    db::tenant tenant,
    integration_id id,
    std::optional<uuid> installation,
    std::string sentry_org_id,
    error why
) {
    if (why.code == errc::already_claimed)
        co_await context_.pool.transact(
            std::move(tenant),
            [host = context_.sentry.base().str(), sentry_org_id, installation, id](db::transaction& tx) {
                note_refused_claim(tx, host, sentry_org_id, installation, id);
            }
        );
    co_return why;
}

/// The tokens are deleted here already, so that no request has to wait for Sentry.
void connection_writer::revoke_later(
    organization_id org, integration_id id, byte_string access_token_sealed
) {
    if (!context_.registered.oauth) return;
    if (auto token = open_access_token(context_.vault, org, id, access_token_sealed))
        revocations_.spawn(revoke(std::move(*token)));
}

async::task<> connection_writer::revoke(secret token) {
    auto sentry = context_.sentry.on_behalf_of({{}, {}, sentry::call_priority::background});
    auto const revoked = co_await sentry.revoke_oauth(*context_.registered.oauth, std::move(token));
    if (!revoked) observe::log_warn("token not revoked at Sentry", {{"detail", revoked.error().detail}});
}

}  // namespace tocsin::integrations
