#pragma once

#include <tocsin/db/rows.hpp>

#include <pqxx/result>

namespace tocsin::db {

struct result_content {
    pqxx::result result;
};

}  // namespace tocsin::db
