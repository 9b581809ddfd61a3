#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/api_token.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace tocsin::identity;

BOOST_AUTO_TEST_SUITE(tokens)

BOOST_AUTO_TEST_CASE(tokens_are_well_formed_and_unique) {
    std::set<std::string, std::less<>> seen;
    token_id const id{tocsin::crypto::uuid_v4()};
    for (int i = 0; i < 100; ++i) {
        auto const token = make_api_token(id);
        BOOST_TEST(looks_like_api_token(token.reveal()));
        BOOST_TEST(token.reveal().size() == 73U);
        BOOST_TEST(seen.insert(std::string(token.reveal())).second);
    }
}

BOOST_AUTO_TEST_CASE(other_texts_are_not_tokens) {
    std::string const good(make_api_token(token_id{tocsin::crypto::uuid_v4()}).reveal());
    BOOST_TEST(!looks_like_api_token(""));
    BOOST_TEST(!looks_like_api_token(good.substr(1)));
    BOOST_TEST(!looks_like_api_token(good + "A"));
    BOOST_TEST(!looks_like_api_token("Tocsin_" + good.substr(7)));
    auto changed = good;
    changed[40] = '\'';
    BOOST_TEST(!looks_like_api_token(changed));
    changed = good;
    changed[29] = '-';
    BOOST_TEST(!looks_like_api_token(changed));
}

BOOST_AUTO_TEST_CASE(session_tokens_are_recognized) {
    BOOST_TEST(looks_like_session_token(tocsin::crypto::random_token().reveal()));
    BOOST_TEST(!looks_like_session_token(""));
    BOOST_TEST(!looks_like_session_token(std::string(42, 'a')));
    BOOST_TEST(!looks_like_session_token(std::string(42, 'a') + "="));
}

BOOST_AUTO_TEST_CASE(e_mail_addresses) {
    for (auto const* good : {"a@b", "demo.user@example.com", "r\xC3\xA9sum\xC3\xA9@example.com"})
        BOOST_TEST(is_email(good), good);
    for (auto const* bad :
         {"", "a", "@example.com", "a@", "a@b@c", "a b@example.com", "a@example.com\n", "\xFF@example.com"})
        BOOST_TEST(!is_email(bad), bad);
    BOOST_TEST(!is_email(std::string(250, 'a') + "@b.co"));
}

BOOST_AUTO_TEST_SUITE_END()
