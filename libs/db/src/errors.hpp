#pragma once

#include <functional>

namespace tocsin::db {

/// Runs `work` and turns libpqxx's exceptions into those of <tocsin/db/errors.hpp>. `serialization_conflict`
/// is for the pool, which runs the unit of work again.
struct serialization_conflict {};
void with_mapped_errors(std::function<void()> const& work);

}  // namespace tocsin::db
