#pragma once

#include <tocsin/incidents/incident_service.hpp>
#include <tocsin/json/writer.hpp>

namespace tocsin::gateway {

void write_incident(json::writer& out, incidents::incident const& from);
void write_timeline_entry(json::writer& out, incidents::timeline_entry const& from);
void write_summary(json::writer& out, incidents::incident_summary const& from);

}  // namespace tocsin::gateway
