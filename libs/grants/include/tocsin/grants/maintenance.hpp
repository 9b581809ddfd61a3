#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>

namespace tocsin::grants {

/// Deletes the records of calls after 400 days, and approvals with their results after 30. The pool's role is
/// tocsin_scheduler.
async::task<> delete_outdated_rows(db::pool& pool);

}  // namespace tocsin::grants
