#pragma once

#include <cstdint>

namespace tocsin::db {

/// The `ctid` of a row version, which finds it without an index. After the row was changed or deleted,
/// another row may have the same one, so a statement that uses it also compares the row's key.
struct tuple_id {
    std::uint32_t block = 0;
    std::uint16_t offset = 0;
    friend bool operator==(tuple_id, tuple_id) = default;
};

}  // namespace tocsin::db
