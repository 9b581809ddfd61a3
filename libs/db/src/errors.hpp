#pragma once

#include <functional>

namespace tocsin::db {

/// Runs `work` and turns libpqxx's exceptions into those of <tocsin/db/errors.hpp>. `serialization_conflict`
/// is for the pool, which runs the unit of work again.
struct serialization_conflict {};
/// The connection was found broken before the unit of work began: nothing happened, a new connection may do
/// it.
struct stale_connection {};
void with_mapped_errors(std::function<void()> const& work);

}  // namespace tocsin::db
