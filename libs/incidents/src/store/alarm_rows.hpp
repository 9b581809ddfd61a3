#pragma once

#include "rules/alarm_rules.hpp"

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace tocsin::incidents {

/// Begins and ends the alarms of incidents, in the transaction that changes these. After the commit the alarm
/// is a row, and nothing in memory is needed to page.
class alarm_rows {
public:
    /// `before`: nothing for a new incident.
    void add(
        organization_id org,
        std::int64_t number,
        std::optional<alarm_basis> const& before,
        incident_state const& after
    );
    /// For an acknowledgement that changes nothing else.
    void end(organization_id org, std::int64_t number, alarm_end by);
    /// After the incidents. Without changes, it runs no statement.
    void write(db::transaction& tx) const;

private:
    friend struct alarm_columns;
    struct begun {
        organization_id organization;
        std::int64_t number = 0;
        service_id service;
        incidents::severity severity = severity::error;
        alarm_cause cause = alarm_cause::opened;
        std::optional<incidents::severity> lifted_from;
    };
    struct ended {
        organization_id organization;
        std::int64_t number = 0;
        alarm_end by = alarm_end::resolved;
    };

    std::vector<begun> begun_;
    std::vector<ended> ended_;
};

}  // namespace tocsin::incidents
