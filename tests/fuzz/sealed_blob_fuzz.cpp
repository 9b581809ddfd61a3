#include <tocsin/crypto/vault.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace tocsin;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

crypto::vault const& fake_vault() {
    static crypto::vault const vault(
        crypto::parse_vault_keys(secret("fake:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).value()
    );
    return vault;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

/// Bytes that were not sealed cannot be opened, nor can sealed bytes after any change.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const& vault = fake_vault();
    crypto::vault_place const place{.table = "t", .column = "c", .organization = "o", .row = "r"};
    byte_string const bytes(data, data + size);
    (void)crypto::vault::key_id(bytes);
    require(!vault.open(bytes, place));
    (void)vault.rewrap(bytes, place);

    if (size < 3) return 0;
    auto sealed = vault.seal(secret("fake"), place);
    require(vault.open(sealed, place).has_value());
    auto const index = (std::size_t{data[0]} << 8U | data[1]) % sealed.size();
    auto const flip = data[2];
    sealed[index] = static_cast<std::uint8_t>(sealed[index] ^ flip);
    require(vault.open(sealed, place).has_value() == (flip == 0));
    return 0;
}
