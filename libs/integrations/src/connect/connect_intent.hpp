#pragma once

#include "connect/connect_store.hpp"

#include <tocsin/integrations/connect.hpp>

#include <string>

namespace tocsin::integrations {

/// An intent that a callback has used up, with what is needed to go on.
struct connect::intent {
    organization_id organization;
    consumed_intent flow;
};

/// What opens an intent.
struct connect::opening {
    organization_id organization;
    integration_id integration;
    identity::principal who;
    std::optional<secret> binding;
    integrations::mode mode = mode::public_;
    intent_purpose purpose = intent_purpose::connect;
    other_organizations others = other_organizations::meant;
    std::optional<std::string> wanted_org;
};

/// A transaction of a person's, or of an API token's, named in the audit log.
inline db::tenant as(organization_id org, identity::principal const& who) {
    return identity::acting(org, who);
}

/// SHA-256 of a token: what the database knows of it.
std::string hash_of(secret const& token);

/// Where the verifier of a flow is sealed for.
crypto::vault_place verifier_place(organization_id org, uuid const& flow);

/// Sentry's failure, as the person at the callback is told.
connect_refusal refusal_of(sentry::call_failure const& why);

/// What a renewal that failed means for a repair: false where Sentry refuses, so that a person has to act; an
/// error where that is not known, or where the deployment's own client is at fault.
result<bool> not_repaired(mode of, sentry::call_failure const& why);

}  // namespace tocsin::integrations
