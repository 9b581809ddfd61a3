#include <tocsin/identity/password_rules.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using tocsin::secret;
using tocsin::identity::password_problem;

BOOST_AUTO_TEST_SUITE(password_rules)

namespace {

bool is_fine(std::string text) {
    return !password_problem(secret(std::move(text))).has_value();
}

std::string repeated(std::string_view piece, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += piece;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(accepted) {
    auto const* const twelve_letters =
        "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80\xD0\xBF\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB\xD1\x8F";
    for (auto const* good : {
             "fake-twelve!",           // twelve characters
             "only lower case words",  // no composition rules
             "            spaces are not trimmed",
             "\xF0\x9F\x9A\xA8 fake emoji \xF0\x9F\x9A\xA8",
             twelve_letters,
             "passwordless entry",  // only begins with a common word
             "0a1b2c3d4e5f",
         })
        BOOST_TEST(is_fine(good), "refused: " << good);
    BOOST_TEST(is_fine(repeated("fake pass ", 10)));
    BOOST_TEST(is_fine(repeated("0f 1e 2d 3c ", 85)));  // 1020 bytes
}

BOOST_AUTO_TEST_CASE(length_is_counted_in_characters_and_bounded_in_bytes) {
    BOOST_TEST(!is_fine(""));
    BOOST_TEST(!is_fine("elevenchars"));
    BOOST_TEST(!is_fine("\xF0\x9F\x9A\xA8\xF0\x9F\x9A\xA8\xF0\x9F\x9A\xA8")
    );  // three characters in twelve bytes
    BOOST_TEST(is_fine(repeated("0f 1e 2d 3c ", 85) + "4b5a"));
    BOOST_TEST(!is_fine(repeated("0f 1e 2d 3c ", 85) + "4b5a6"));
}

BOOST_AUTO_TEST_CASE(ill_formed_text_is_refused) {
    BOOST_TEST(!is_fine(std::string("fake\0password!!", 15)));
    BOOST_TEST(!is_fine("fake password \xFF\xFE"));
    BOOST_TEST(!is_fine("fake password \xED\xA0\x80"));
}

BOOST_AUTO_TEST_CASE(common_passwords_are_refused) {
    for (auto const* common : {
             "password1234",     "PASSWORD2024!",
             "Passw0rd!!!!",     "P@ssw0rd12345",
             "passwordpassword", "qwertyuiop12",
             "qwertyqwerty",     "1q2w3e4r5t6y",
             "1qaz2wsx3edc",     "letmein123456",
             "welcome12345!",    "changeme2026!",
             "administrator",    "Administrator1",
             "iloveyou1234",     "adminadminadmin",
             "123456789012",     "1234567890123456",
             "111111111111",     "aaaaaaaaaaaa",
             "000000000000000",  "123123123123",
             "abcdefghijkl",     "abcdefghijklmnop",
             "2024-12-24-12",    "correcthorsebatterystaple",
             "tocsin123456",     "trustno1....",
         })
        BOOST_TEST(!is_fine(common), "accepted: " << common);
}

BOOST_AUTO_TEST_CASE(few_words_sequences_repetitions_and_years_are_refused) {
    for (auto const* common : {
             "Summer2024!!",   "winter20232024",   "football12345", "babygirl1234",   "michaeljordan",
             "ilovemydog123",  "lovelovelove",     "monkey123456",  "dragondragon",   "superman2023",
             "Sunshine1234",   "princess12345",    "abc123abc123",  "qwerty123456",   "asdfghjkl123",
             "zxcvbnm12345",   "zaq12wsxcde3",     "!QAZ2wsx3edc",  "1234qwerasdf",   "letmeinplease123",
             "p4ssw0rd2024",   "Pa$$w0rd1234",     "5up3rm4n2024",  "m1cr0s0ft2024",  "987654321098",
             "poiuytrewq12",   "lkjhgfdsa123",     "111222333444",  "aaaabbbbcccc",   "121212121212",
             "abababababab",   "liverpool1234",    "chelsea123456", "starwars2023",   "pokemon12345",
             "minecraft123",   "jessica12345",     "welcomehome1",  "hellohello12",   "goodmorning1",
             "changemeplz123", "mypassword12",     "thepassword1",  "secretpassword", "adminpassword",
             "password.2026",  "Passw0rdPassw0rd", "sentry2026!!",
         })
        BOOST_TEST(!is_fine(common), "accepted: " << common);
}

BOOST_AUTO_TEST_CASE(names_and_addresses_of_the_person_count_little) {
    std::vector<std::string> const about{"lena.fischer@acme.example", "Lena Fischer"};
    for (auto const* weak :
         {"lenafischer1", "Fischer2026!", "lena.fischer@acme.example", "acmeacme2026", "fischerlena!!"})
        BOOST_TEST(password_problem(secret(std::string(weak)), about).has_value(), "accepted: " << weak);
    BOOST_TEST(!password_problem(secret(std::string("violin lena cactus")), about));
}

BOOST_AUTO_TEST_CASE(the_longest_password_is_judged_quickly) {
    BOOST_TEST(!is_fine(repeated("password", 128)));
}

BOOST_AUTO_TEST_SUITE_END()
