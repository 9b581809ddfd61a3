#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/identity/settings.hpp>

namespace tocsin::identity {

/// Deletes ended sessions, counted sign-in attempts, devices that are no longer used, and expired password
/// resets. The pool's role is tocsin_scheduler.
async::task<> delete_outdated_rows(db::pool& pool, session_limits limits);

}  // namespace tocsin::identity
