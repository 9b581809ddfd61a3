#include <tocsin/integrations/sentry_host.hpp>

namespace tocsin::integrations {

namespace {

constexpr db::statement count_elsewhere{
    "count_integrations_elsewhere",
    R"(select sentry_host, count(*) as found from tocsin.integrations
        where sentry_host <> $1 and status <> 'pending' and not ended
        group by sentry_host order by sentry_host)"
};

constexpr db::statement known_at_both{
    "known_at_both_hosts",
    R"(select 1 as both from tocsin.installation_owners a
         join tocsin.installation_owners b on b.installation_id = a.installation_id
        where a.sentry_host = $1 and b.sentry_host = $2
       union all
       select 1 from tocsin.sentry_organization_owners a
         join tocsin.sentry_organization_owners b on b.sentry_org_id = a.sentry_org_id
        where a.sentry_host = $1 and b.sentry_host = $2
        limit 1)"
};

constexpr db::statement move_installations{
    "move_installation_owners",
    "update tocsin.installation_owners set sentry_host = $2 where sentry_host = $1"
};
constexpr db::statement move_organizations{
    "move_sentry_organization_owners",
    "update tocsin.sentry_organization_owners set sentry_host = $2 where sentry_host = $1"
};
constexpr db::statement move_all{
    "move_integrations",
    R"(with moved as (
           update tocsin.integrations set sentry_host = $2 where sentry_host = $1
           returning organization_id, integration_id, coalesce(sentry_org_name, '') as name)
       select count(*) as moved,
              count(tocsin.note(organization_id, 'operator', 'integration.sentry_moved', 'integration', integration_id, name,
                                jsonb_build_object('sentry_url', $1::text), jsonb_build_object('sentry_url', $2::text))::text) as noted
         from moved)"
};

}  // namespace

std::optional<error> of_another_sentry(integration const& of, config::base_url const& now) {
    if (of.sentry_host == now.str()) return std::nullopt;
    return error{
        errc::conflict,
        "This integration was made with " + of.sentry_host + ", and this deployment talks to " + now.str() +
            ": nothing of it is sent there. Its operator sets TOCSIN_SENTRY_URL back or, where that Sentry "
            "has "
            "moved, runs tocsin integration move-sentry."
    };
}

async::task<std::vector<integrations_of_host>> integrations_elsewhere(
    db::pool& pool, config::base_url const& now
) {
    return pool.transact(db::no_tenant, [host = now.str()](db::transaction& tx) {
        std::vector<integrations_of_host> found;
        for (auto const row : tx.run(count_elsewhere, host))
            found.push_back({row.text("sentry_host"), row.get<std::int64_t>("found")});
        return found;
    });
}

async::task<result<std::int64_t>> move_integrations(
    db::pool& pool, config::base_url const& from, config::base_url const& to
) {
    return pool.transact(
        db::no_tenant,
        [was = from.str(), is = to.str()](db::transaction& tx) -> result<std::int64_t> {
            if (!tx.run(known_at_both, was, is).empty())
                return error{
                    errc::conflict,
                    "An installation or Sentry organization is known at both addresses: these are two "
                    "Sentrys, or it was connected anew meanwhile. Nothing was changed."
                };
            tx.run(move_installations, was, is);
            tx.run(move_organizations, was, is);
            return tx.run(move_all, was, is)[0].get<std::int64_t>("moved");
        }
    );
}

}  // namespace tocsin::integrations
