#include <tocsin/base/encoding.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(encoding)

// RFC 4648, section 10.
BOOST_AUTO_TEST_CASE(known_texts) {
    struct row {
        std::string_view plain, hex, base64, base64url;
    };
    std::vector<row> const table{
        {"", "", "", ""},
        {"f", "66", "Zg==", "Zg"},
        {"fo", "666f", "Zm8=", "Zm8"},
        {"foo", "666f6f", "Zm9v", "Zm9v"},
        {"foob", "666f6f62", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "666f6f6261", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xbf"sv, "fbffbf", "+/+/", "-_-_"},
        {"\0\x01"sv, "0001", "AAE=", "AAE"},
    };
    for (auto const& [plain, hex, base64, base64url] : table) {
        BOOST_TEST_CONTEXT(hex) {
            BOOST_TEST(to_hex(as_bytes(plain)) == hex);
            BOOST_TEST(to_base64(as_bytes(plain)) == base64);
            BOOST_TEST(to_base64url(as_bytes(plain)) == base64url);
            BOOST_TEST(as_text(from_hex(hex).value()) == plain);
            BOOST_TEST(as_text(from_base64(base64).value()) == plain);
            BOOST_TEST(as_text(from_base64url(base64url).value()) == plain);
        }
    }
}

BOOST_AUTO_TEST_CASE(round_trip_of_every_byte_and_length) {
    byte_string bytes;
    for (unsigned next = 0; next < 260; ++next) {
        BOOST_TEST(from_hex(to_hex(bytes)).value() == bytes);
        BOOST_TEST(from_base64(to_base64(bytes)).value() == bytes);
        BOOST_TEST(from_base64url(to_base64url(bytes)).value() == bytes);
        bytes.push_back(static_cast<std::uint8_t>(next * 7 & 0xFF));
    }
}

BOOST_AUTO_TEST_CASE(upper_case_hex_is_read) {
    BOOST_TEST(from_hex("00FfaB").value() == (byte_string{0x00, 0xFF, 0xAB}));
}

BOOST_AUTO_TEST_CASE(malformed_hex_is_refused) {
    for (auto const text : {"0"sv, "0g"sv, "0x"sv, " 00"sv, "00 "sv, "0\0"sv, "-1"sv, "\xff\xff"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!from_hex(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_base64_is_refused) {
    std::vector<std::string_view> const table{
        "Zg",        // no padding
        "Zg=",       // half of the padding
        "Zg===",     // too much
        "Zm8",       // no padding
        "====",      // only padding
        "Z===",      // one digit is not a byte
        "Zh==",      // extra bits
        "Zm9=",      // extra bits
        "Zg==Zg==",  // padding inside
        "Zm9v\n",    // white space
        "Zm 9v==",   // white space inside
        "-_-_",      // the other alphabet
        "Zm9\0"sv,   // NUL
        "\xff\xff\xff\xff",
    };
    for (auto const text : table) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!from_base64(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_base64url_is_refused) {
    for (auto const text :
         {"Zg=="sv, "Zh"sv, "Zm9"sv, "Z"sv, "Zm9vY"sv, "+/+/"sv, "Zm9v\n"sv, " "sv, "Zm9\0"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!from_base64url(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(views_do_not_copy) {
    std::string const text = "abc";
    BOOST_TEST(static_cast<void const*>(as_bytes(text).data()) == static_cast<void const*>(text.data()));
    BOOST_TEST(as_text(as_bytes(text)) == text);
}

BOOST_AUTO_TEST_SUITE_END()
