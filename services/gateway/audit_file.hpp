#pragma once

#include <tocsin/identity/audit_log.hpp>
#include <tocsin/json/writer.hpp>

#include <string>
#include <vector>

namespace tocsin::gateway {

void write_audit_entry(json::writer& out, identity::audit_entry const& from);

/// The entries as CSV, with a header.
std::string audit_csv(std::vector<identity::audit_entry> const& entries);
/// The entries as JSON, one in a line.
std::string audit_lines(std::vector<identity::audit_entry> const& entries);

}  // namespace tocsin::gateway
