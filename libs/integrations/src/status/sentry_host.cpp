#include <tocsin/integrations/sentry_host.hpp>

namespace tocsin::integrations {

namespace {

constexpr db::statement count_other_hosts{
    "count_integrations_of_other_hosts",
    R"(select sentry_host, count(*) as integrations from tocsin.integrations
        where sentry_host <> $1 and status <> 'pending' and not ended
        group by sentry_host order by sentry_host)"
};

constexpr db::statement find_duplicates{
    "find_duplicates_at_both_hosts",
    R"(select 1 as duplicate from tocsin.installation_owners a
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

std::optional<error> sentry_host_mismatch(
    std::string const& connected_to, config::base_url const& configured
) {
    if (connected_to == configured.str()) return std::nullopt;
    return error{
        errc::conflict,
        "This integration was connected to " + connected_to + ", but this deployment uses " +
            configured.str() +
            ", so Tocsin does not send its token there. Your Tocsin operator can set TOCSIN_SENTRY_URL back or, if that Sentry has moved, run tocsin integration move-sentry."
    };
}

async::task<std::vector<integrations_of_host>> count_integrations_of_other_hosts(
    db::pool& pool, config::base_url const& configured
) {
    return pool.transact(db::no_tenant, [host = configured.str()](db::transaction& tx) {
        std::vector<integrations_of_host> all;
        for (auto const row : tx.run(count_other_hosts, host))
            all.push_back({row.text("sentry_host"), row.get<std::int64_t>("integrations")});
        return all;
    });
}

async::task<result<std::int64_t>> move_integrations(
    db::pool& pool, config::base_url const& from, config::base_url const& to
) {
    return pool.transact(
        db::no_tenant,
        [from = from.str(), to = to.str()](db::transaction& tx) -> result<std::int64_t> {
            if (!tx.run(find_duplicates, from, to).empty())
                return error{
                    errc::conflict,
                    "An installation or Sentry organization exists at both addresses: they are two different Sentry servers, or it was connected again in the meantime. Nothing was changed."
                };
            tx.run(move_installations, from, to);
            tx.run(move_organizations, from, to);
            return tx.run(move_all, from, to)[0].get<std::int64_t>("moved");
        }
    );
}

}  // namespace tocsin::integrations
