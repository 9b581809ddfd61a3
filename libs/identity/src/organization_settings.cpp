#include <tocsin/identity/organization_settings.hpp>

namespace tocsin::identity {

namespace {

constexpr db::statement read_settings = {
    "organization_settings_read",
    "select assign_on_acknowledge from tocsin.organizations where organization_id = $1::uuid",
};
constexpr db::statement change_settings = {
    "organization_settings_change",
    R"(update tocsin.organizations set assign_on_acknowledge = coalesce($2::boolean, assign_on_acknowledge)
        where organization_id = $1::uuid
       returning assign_on_acknowledge)",
};

organization_settings read(db::rows const& rows) {
    return {rows[0].get<bool>("assign_on_acknowledge")};
}

}  // namespace

async::task<organization_settings> read_organization_settings(db::pool& gateway, organization_id org) {
    return gateway.transact(org, [org](db::transaction& tx) { return read(tx.run(read_settings, org)); });
}

async::task<organization_settings> change_organization_settings(
    db::pool& gateway, db::tenant tenant, organization_settings_change wanted
) {
    return gateway.transact(tenant, [org = *tenant.organization, wanted](db::transaction& tx) {
        return read(tx.run(change_settings, org, wanted.assign_on_acknowledge));
    });
}

}  // namespace tocsin::identity
