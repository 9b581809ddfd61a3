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

/// The bytes of an object as they stand in memory.
template <class T>
bool holds(T const& object, std::string_view wanted) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), static_cast<void const*>(&object), sizeof(T));
    return bytes.find(wanted) != std::string::npos;
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
    // The memory is still the string's own, so it may be read.
    BOOST_TEST(std::string_view(memory, capacity).find('x') == std::string_view::npos);
    text.resize(capacity
    );  // fills with NUL: what is behind was looked at by the next test, inside a short string
    BOOST_TEST(text.find('x') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(wipe_reaches_the_bytes_of_a_short_string) {
    std::string text = "fake-short";
    text.resize(1);
    BOOST_TEST(holds(text, "ke-short"));
    wipe(text);
    BOOST_TEST(!holds(text, "ke-short"));
}

BOOST_AUTO_TEST_CASE(a_moved_from_secret_holds_nothing) {
    secret first(std::string("fake-secret"));
    BOOST_TEST(holds(first, "fake-secret"));
    secret second(std::move(first));
    BOOST_TEST(second.reveal() == "fake-secret");
    BOOST_TEST(!holds(first, "ake-secret"));  // NOLINT(bugprone-use-after-move)

    secret third;
    third = std::move(second);
    BOOST_TEST(third.reveal() == "fake-secret");
    BOOST_TEST(!holds(second, "ake-secret"));  // NOLINT(bugprone-use-after-move)
}

BOOST_AUTO_TEST_CASE(an_assigned_secret_loses_its_old_text) {
    secret content(std::string("fake-old-text"));
    content = secret(std::string("new"));
    BOOST_TEST(content.reveal() == "new");
    BOOST_TEST(!holds(content, "old-text"));

    secret const other(std::string("x"));
    content = other;
    BOOST_TEST(content.reveal() == "x");
    auto& itself = content;
    content = itself;
    BOOST_TEST(content.reveal() == "x");
    content = std::move(itself);
    BOOST_TEST(content.reveal() == "x");
}

BOOST_AUTO_TEST_CASE(empty_is_empty) {
    BOOST_TEST(secret().empty());
    BOOST_TEST(secret(std::string()).empty());
    BOOST_TEST(!secret(std::string("x")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
