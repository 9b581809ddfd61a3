#pragma once

#include <functional>

namespace tocsin::db {

/// The unit of work must run again.
struct serialization_conflict {};
/// The connection was already broken before the unit of work began, so that it may run on a new one.
struct stale_connection {};
/// Runs `work` and turns libpqxx's exceptions into those of <tocsin/db/errors.hpp> or serialization_conflict.
void with_mapped_errors(std::function<void()> const& work);

}  // namespace tocsin::db
