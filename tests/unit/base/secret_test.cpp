#include <tocsin/base/secret.hpp>

#include <boost/test/unit_test.hpp>

#include <concepts>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace tocsin;

namespace {

template <class T>
concept can_be_printed = requires(std::ostream& out, T const& content) { out << content; };

static_assert(!can_be_printed<secret>);
static_assert(!std::equality_comparable<secret>);
static_assert(!std::is_convertible_v<secret, std::string>);
static_assert(!std::is_convertible_v<secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, secret>);
static_assert(!std::is_constructible_v<std::string_view, secret>);

/// True if the bytes of an object in memory contain `text`.
template <class T>
bool contains(T const& object, std::string_view text) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), static_cast<void const*>(&object), sizeof(T));
    return bytes.find(text) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(wipe_overwrites_the_whole_capacity) {
    std::string text(64, 'x');
    text.resize(3);
    auto const* const memory = text.data();
    auto const capacity = text.capacity();
    wipe(text);
    BOOST_TEST(text.empty());
    BOOST_TEST(text.data() == memory);
    BOOST_TEST(text.capacity() == capacity);
    // The memory still belongs to the string.
    BOOST_TEST(std::string_view(memory, capacity).find('x') == std::string_view::npos);
    text.resize(capacity);  // fills with NUL; the next test checks the bytes after the end
    BOOST_TEST(text.find('x') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(wipe_overwrites_a_short_string) {
    std::string text = "fake-short";
    text.resize(1);
    BOOST_TEST(contains(text, "ke-short"));
    wipe(text);
    BOOST_TEST(!contains(text, "ke-short"));
}

BOOST_AUTO_TEST_CASE(a_moved_from_secret_is_overwritten) {
    secret first(std::string("fake-secret"));
    BOOST_TEST(contains(first, "fake-secret"));
    secret second(std::move(first));
    BOOST_TEST(second.reveal() == "fake-secret");
    BOOST_TEST(!contains(first, "ake-secret"));  // NOLINT(bugprone-use-after-move)

    secret third;
    third = std::move(second);
    BOOST_TEST(third.reveal() == "fake-secret");
    BOOST_TEST(!contains(second, "ake-secret"));  // NOLINT(bugprone-use-after-move)
}

BOOST_AUTO_TEST_CASE(assignment_overwrites_the_old_text) {
    secret content(std::string("fake-old-text"));
    content = secret(std::string("new"));
    BOOST_TEST(content.reveal() == "new");
    BOOST_TEST(!contains(content, "old-text"));

    secret const other(std::string("x"));
    content = other;
    BOOST_TEST(content.reveal() == "x");
    auto& itself = content;
    content = itself;
    BOOST_TEST(content.reveal() == "x");
    content = std::move(itself);
    BOOST_TEST(content.reveal() == "x");
}

BOOST_AUTO_TEST_CASE(empty_secrets) {
    BOOST_TEST(secret().empty());
    BOOST_TEST(secret(std::string()).empty());
    BOOST_TEST(!secret(std::string("x")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
