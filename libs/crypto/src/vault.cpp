#include "gcm.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/crypto/vault.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tocsin::crypto {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t header_size = 2;  // version, length of the key id
constexpr std::size_t sealed_key_size = gcm::nonce_size + gcm::key_size + gcm::tag_size;
constexpr std::size_t longest_key_id = 32;

bool is_key_id(std::string_view text) noexcept {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= longest_key_id && std::all_of(text.begin(), text.end(), allowed);
}

/// A nonce and the bytes that were sealed with it.
struct sealed_part {
    byte_view nonce;
    byte_view content;
};

sealed_part split(byte_view bytes) {
    return {.nonce = bytes.first(gcm::nonce_size), .content = bytes.subspan(gcm::nonce_size)};
}

/// The parts of a blob. The views point into it.
struct parts {
    std::string_view key_id;
    sealed_part data_key;
    byte_view content;  ///< nonce, ciphertext and tag
};

std::optional<parts> take_apart(byte_view blob) noexcept {
    if (blob.size() < header_size || blob[0] != version) return std::nullopt;
    std::size_t const id_size = blob[1];
    auto const content_at = header_size + id_size + sealed_key_size;
    if (blob.size() < content_at + gcm::nonce_size + gcm::tag_size) return std::nullopt;
    auto const id = as_text(blob.subspan(header_size, id_size));
    if (!is_key_id(id)) return std::nullopt;
    return parts{
        .key_id = id,
        .data_key = split(blob.subspan(header_size + id_size, sealed_key_size)),
        .content = blob.subspan(content_at),
    };
}

/// Authenticated with the content. The parts contain no separator, so two places never have the same
/// text.
std::string place_text(vault_place const& place) {
    std::string text = "tocsin|" + std::to_string(version);
    for (std::string_view const part :
         {place.table, place.column, std::string_view(place.organization), std::string_view(place.row)}) {
        if (part.find('|') != std::string_view::npos)
            throw std::invalid_argument("a vault place has a | in it");
        text += '|';
        text += part;
    }
    return text;
}

/// Authenticated with the data key: the place and the id of the key that seals it.
std::string key_text(std::string_view place, std::string_view key_id) {
    return std::string(place) + "|key|" + std::string(key_id);
}

gcm::key_view key_bytes(vault_key const& key) {
    return gcm::key_view(as_bytes(key.bytes.reveal()));
}

void seal_with_new_nonce(gcm::key_view key, std::string_view associated, byte_view plain, byte_string& out) {
    auto const nonce = random_bytes(gcm::nonce_size);
    out.insert(out.end(), nonce.begin(), nonce.end());
    gcm::seal(key, gcm::nonce_view(nonce), associated, plain, out);
}

/// Version, key id and the data key sealed under `key`.
byte_string begin_blob(
    vault_key const& key, gcm::key_view data_key, std::string_view place, std::size_t content_size
) {
    byte_string blob;
    blob.reserve(header_size + key.id.size() + sealed_key_size + content_size);
    blob.push_back(version);
    blob.push_back(static_cast<std::uint8_t>(key.id.size()));
    blob.insert(blob.end(), key.id.begin(), key.id.end());
    seal_with_new_nonce(key_bytes(key), key_text(place, key.id), data_key, blob);
    return blob;
}

error damaged() {
    return {.code = errc::internal, .detail = "A sealed value is damaged or was moved from another place."};
}

/// Opens the data key of a blob into `data_key`. Returns the error, if any.
std::optional<error> open_data_key(
    std::vector<vault_key> const& ring, parts const& blob, std::string_view place, gcm::key& data_key
) {
    auto const key =
        std::find_if(ring.begin(), ring.end(), [&](vault_key const& each) { return each.id == blob.key_id; });
    if (key == ring.end()) {
        return error{
            .code = errc::internal,
            .detail = "The vault key \"" + std::string(blob.key_id) +
                      "\" that sealed a value is missing from the key ring."
        };
    }
    bool const opened = gcm::open(
        key_bytes(*key),
        gcm::nonce_view(blob.data_key.nonce),
        key_text(place, blob.key_id),
        blob.data_key.content,
        data_key.bytes()
    );
    return opened ? std::nullopt : std::optional(damaged());
}

error refused_entry(std::size_t number, std::string_view id, std::string_view why) {
    std::string detail = "Vault key " + std::to_string(number);
    if (!id.empty()) detail += " (\"" + std::string(id) + "\")";
    return {.code = errc::invalid, .detail = detail + " " + std::string(why) + "."};
}

result<vault_key> parse_entry(std::string_view entry, std::size_t number) {
    auto const colon = entry.find(':');
    if (colon == std::string_view::npos) return refused_entry(number, {}, "is not of the form id:base64");
    auto const id = entry.substr(0, colon);
    // The text before the colon may be a misplaced key: only a valid id is shown.
    if (!is_key_id(id)) return refused_entry(number, {}, "needs an id of 1 to 32 of a-z, 0-9, - and _");
    auto bytes = from_base64(entry.substr(colon + 1));
    if (!bytes) return refused_entry(number, id, "is not base64 with padding");
    bool const fits = bytes->size() == gcm::key_size;
    secret key{fits ? std::string(as_text(*bytes)) : std::string()};
    OPENSSL_cleanse(bytes->data(), bytes->size());
    if (!fits)
        return refused_entry(number, id, "must be 32 bytes long, not " + std::to_string(bytes->size()));
    return vault_key{.id = std::string(id), .bytes = std::move(key)};
}

bool has_key(std::vector<vault_key> const& keys, std::string_view id) {
    return std::any_of(keys.begin(), keys.end(), [id](vault_key const& each) { return each.id == id; });
}

}  // namespace

result<std::vector<vault_key>> parse_vault_keys(secret const& text) {
    std::vector<vault_key> keys;
    std::string_view rest = text.reveal();
    for (bool more = true; more;) {
        auto const comma = rest.find(',');
        more = comma != std::string_view::npos;
        auto key = parse_entry(trim(rest.substr(0, comma)), keys.size() + 1);
        if (!key) return key.error();
        if (has_key(keys, key->id))
            return refused_entry(keys.size() + 1, key->id, "has an id that another key has");
        keys.push_back(*std::move(key));
        if (more) rest.remove_prefix(comma + 1);
    }
    return keys;
}

vault::vault(std::vector<vault_key> keys) : keys_(std::move(keys)) {
    if (keys_.empty()) throw std::invalid_argument("a vault needs a key");
    for (auto const& key : keys_) {
        bool const once = std::count_if(keys_.begin(), keys_.end(), [&](auto const& each) {
                              return each.id == key.id;
                          }) == 1;
        if (!is_key_id(key.id) || key.bytes.reveal().size() != gcm::key_size || !once) {
            throw std::invalid_argument("a vault key is malformed or there twice");
        }
    }
}

vault::~vault() = default;

byte_string vault::seal(secret const& plain, vault_place const& place) const {
    auto const where = place_text(place);
    auto const content = as_bytes(plain.reveal());
    gcm::key data_key;
    auto fresh = random_bytes(gcm::key_size);
    std::copy(fresh.begin(), fresh.end(), data_key.bytes().begin());
    OPENSSL_cleanse(fresh.data(), fresh.size());
    auto blob =
        begin_blob(keys_.front(), data_key.bytes(), where, gcm::nonce_size + content.size() + gcm::tag_size);
    seal_with_new_nonce(data_key.bytes(), where, content, blob);
    return blob;
}

result<secret> vault::open(byte_view blob, vault_place const& place) const {
    auto const found = take_apart(blob);
    if (!found) return damaged();
    auto const where = place_text(place);
    gcm::key data_key;
    if (auto problem = open_data_key(keys_, *found, where, data_key)) return *std::move(problem);
    auto const [nonce, content] = split(found->content);
    std::string plain(content.size() - gcm::tag_size, '\0');
    std::span<std::uint8_t> const target(reinterpret_cast<std::uint8_t*>(plain.data()), plain.size());
    if (!gcm::open(data_key.bytes(), gcm::nonce_view(nonce), where, content, target)) return damaged();
    secret opened(std::move(plain));
    wipe(plain);
    return opened;
}

result<byte_string> vault::rewrap(byte_view blob, vault_place const& place) const {
    auto const found = take_apart(blob);
    if (!found) return damaged();
    auto const where = place_text(place);
    gcm::key data_key;
    if (auto problem = open_data_key(keys_, *found, where, data_key)) return *std::move(problem);
    auto fresh = begin_blob(keys_.front(), data_key.bytes(), where, found->content.size());
    fresh.insert(fresh.end(), found->content.begin(), found->content.end());
    return fresh;
}

bool vault::has_key(std::string_view id) const noexcept {
    return std::any_of(keys_.begin(), keys_.end(), [id](vault_key const& one) { return one.id == id; });
}

std::string_view vault::key_id(byte_view blob) noexcept {
    auto const found = take_apart(blob);
    return found ? found->key_id : std::string_view();
}

}  // namespace tocsin::crypto
