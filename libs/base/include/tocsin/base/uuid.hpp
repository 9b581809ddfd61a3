#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// A 128-bit UUID (RFC 9562). `crypto::uuid_v4` and `crypto::uuid_v7` make new ones.
class uuid {
public:
    using bytes_type = std::array<std::uint8_t, 16>;

    constexpr uuid() = default;
    constexpr explicit uuid(bytes_type bytes) : bytes_(bytes) {}

    /// Reads the form with dashes, or 32 hex digits, in upper or lower case. Nothing if the text has another
    /// form.
    static std::optional<uuid> parse(std::string_view text) noexcept;

    /// Lower case with dashes, like PostgreSQL and Sentry.
    std::string str() const;
    constexpr bytes_type const& bytes() const noexcept { return bytes_; }
    constexpr bool is_nil() const noexcept { return *this == uuid{}; }

    friend constexpr auto operator<=>(uuid const&, uuid const&) = default;

private:
    bytes_type bytes_{};
};

/// An id that cannot be confused with another kind of id: `using service_id = id_of<struct service_tag>`.
template <class Tag>
struct id_of {
    uuid value;

    static std::optional<id_of> parse(std::string_view text) noexcept {
        auto const parsed = uuid::parse(text);
        return parsed ? std::optional(id_of{*parsed}) : std::nullopt;
    }
    std::string str() const { return value.str(); }
    friend constexpr auto operator<=>(id_of const&, id_of const&) = default;
};

using organization_id = id_of<struct organization_tag>;
using user_id = id_of<struct user_tag>;
using service_id = id_of<struct service_tag>;
using integration_id = id_of<struct integration_tag>;
using mapping_id = id_of<struct mapping_tag>;
using delivery_id = id_of<struct delivery_tag>;

}  // namespace tocsin

template <>
struct std::hash<tocsin::uuid> {
    std::size_t operator()(tocsin::uuid const& id) const noexcept;
};

template <class Tag>
struct std::hash<tocsin::id_of<Tag>> {
    std::size_t operator()(tocsin::id_of<Tag> const& id) const noexcept {
        return std::hash<tocsin::uuid>{}(id.value);
    }
};
