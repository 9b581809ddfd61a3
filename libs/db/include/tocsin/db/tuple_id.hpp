#pragma once

#include <cstdint>

namespace tocsin::db {

/// Where a version of a row is stored: its `ctid`. It finds that version without an index, until it is
/// changed or deleted; afterwards the place may be another row's, so a statement that goes by it compares the
/// row's key, too.
struct tuple_id {
    std::uint32_t block = 0;
    std::uint16_t offset = 0;
    friend bool operator==(tuple_id, tuple_id) = default;
};

}  // namespace tocsin::db
