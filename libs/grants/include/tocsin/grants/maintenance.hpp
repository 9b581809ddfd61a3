#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/db/pool.hpp>

namespace tocsin::grants {

/// Deletes the records of calls that are older than 400 days. The pool's role is tocsin_scheduler.
async::task<> delete_outdated_rows(db::pool& pool);

}  // namespace tocsin::grants
