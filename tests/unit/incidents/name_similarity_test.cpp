#include "deliveries/name_similarity.hpp"

#include <boost/test/unit_test.hpp>

using tocsin::incidents::name_similarity;

BOOST_AUTO_TEST_SUITE(similarity_of_names)

BOOST_AUTO_TEST_CASE(the_same_words_are_the_same_name) {
    BOOST_TEST(name_similarity("checkout", "Checkout") == 1);
    BOOST_TEST(name_similarity("payment_api", "API: payment") == 1);
    BOOST_TEST(name_similarity("payments", "payment") == 1);
}

BOOST_AUTO_TEST_CASE(words_in_common_make_names_similar) {
    BOOST_TEST(name_similarity("checkout-frontend", "checkout") > 0.6);
    BOOST_TEST(
        name_similarity("checkout-frontend", "checkout") >
        name_similarity("checkout-frontend", "search frontend eu")
    );
    BOOST_TEST(name_similarity("billing", "checkout") == 0);
    BOOST_TEST(name_similarity("go", "gomoku") == 0);
    BOOST_TEST(name_similarity("", "") == 0);
    BOOST_TEST(name_similarity("--", "checkout") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
