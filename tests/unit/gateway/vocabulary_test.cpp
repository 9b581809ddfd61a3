#include "support/test_database.hpp"
#include "vocabularies.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace tocsin;

BOOST_AUTO_TEST_SUITE(vocabulary)

namespace {

/// The words in the checks of a column.
std::set<std::string> checked_words(test::test_database const& database, std::string const& column) {
    auto const dot = column.find('.');
    std::istringstream found(database.sql(
        R"(select string_agg(word[1], ' ')
             from pg_constraint c
             join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
             cross join lateral regexp_matches(pg_get_constraintdef(c.oid), $$'([a-z_]+)'::text$$, 'g') as word
            where c.contype = 'c' and c.conrelid = 'tocsin.)" +
        column.substr(0, dot) + "'::regclass and a.attname = '" + column.substr(dot + 1) + "'"
    ));
    std::set<std::string> words;
    for (std::string word; found >> word;) words.insert(word);
    return words;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_schema_checks_the_words_of_the_program) {
    test::test_database const database;
    for (auto const& vocabulary : test::vocabularies())
        for (auto const& column : vocabulary.columns) BOOST_TEST_CONTEXT(column)
    BOOST_TEST(checked_words(database, column) == vocabulary.words, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
