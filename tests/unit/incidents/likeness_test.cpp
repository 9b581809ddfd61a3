#include "likeness.hpp"

#include <boost/test/unit_test.hpp>

using tocsin::incidents::likeness;

BOOST_AUTO_TEST_SUITE(likeness_of_names)

BOOST_AUTO_TEST_CASE(the_same_words_are_the_same_name) {
    BOOST_TEST(likeness("checkout", "Checkout") == 1);
    BOOST_TEST(likeness("payment_api", "API: payment") == 1);
    BOOST_TEST(likeness("payments", "payment") == 1);
}

BOOST_AUTO_TEST_CASE(words_in_common_make_names_alike) {
    BOOST_TEST(likeness("checkout-frontend", "checkout") > 0.6);
    BOOST_TEST(
        likeness("checkout-frontend", "checkout") > likeness("checkout-frontend", "search frontend eu")
    );
    BOOST_TEST(likeness("billing", "checkout") == 0);
    BOOST_TEST(likeness("go", "gomoku") == 0);
    BOOST_TEST(likeness("", "") == 0);
    BOOST_TEST(likeness("--", "checkout") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
