#include "every_endpoint.hpp"
#include "gateway/route_scopes.hpp"
#include "openapi_reader.hpp"
#include "vocabularies.hpp"

#include <tocsin/base/text.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string>

using namespace tocsin;
using namespace tocsin::gateway;
using test::every_endpoint;
using test::openapi_reader;

BOOST_AUTO_TEST_SUITE(openapi)

namespace {

/// The value of `x-permission`.
std::string_view documented(identity::permission wanted) {
    switch (wanted) {
        case identity::permission::anyone:
            return "public";
        case identity::permission::authenticated:
            return "authenticated";
        case identity::permission::view:
            return "viewer";
        case identity::permission::respond:
            return "responder";
        case identity::permission::administer:
            return "admin";
        case identity::permission::own:
            return "owner";
    }
    return "";
}

std::string method_of(endpoint const& row) {
    return to_lower(http::to_string(row.method));
}

/// OpenAPI has no name for the rest of a path.
std::string path_of(endpoint const& row) {
    auto path = row.pattern;
    if (path.ends_with("...}")) path.replace(path.size() - 4, 4, "}");
    return path;
}

/// What both the program and the document say about a field.
struct field {
    std::set<std::string> words;
    std::int64_t min_length = 0;
    std::int64_t max_length = 0;  ///< 0: no limit is given

    bool operator==(field const&) const = default;
};

std::ostream& operator<<(std::ostream& out, field const& shown) {
    out << "length " << shown.min_length << " to " << shown.max_length << ", words:";
    for (auto const& word : shown.words) out << " " << word;
    return out;
}

using fields = std::map<std::string, field>;

fields declared_fields(endpoint const& row, input_field::location in) {
    fields all;
    for (auto const& each : row.fields) {
        if (each.in != in) continue;
        auto& declared = all[each.name];
        declared.words.insert(each.words.begin(), each.words.end());
        if (!each.length) continue;
        declared.min_length = static_cast<std::int64_t>(each.length->min);
        declared.max_length = static_cast<std::int64_t>(each.length->max);
    }
    return all;
}

std::int64_t number_in(json::value schema, std::string_view name) {
    auto const member = schema.find(name);
    return member ? member->as_int64().value() : 0;
}

field documented_field(openapi_reader const& document, json::value schema) {
    auto const resolved = document.resolve(schema);
    auto const type = resolved.find("type");
    if (type && type->as_string() == "boolean") return {{}, 0, 0};
    return {document.words(schema), number_in(resolved, "minLength"), number_in(resolved, "maxLength")};
}

fields documented_query(openapi_reader const& document, json::value operation) {
    fields all;
    auto const parameters = operation.find("parameters");
    for (std::size_t i = 0; parameters && i < parameters->size(); ++i) {
        auto const parameter = document.resolve(parameters->element(i));
        auto const name = std::string(parameter.find("name")->as_string().value());
        all[name] = documented_field(document, parameter.find("schema").value());
    }
    return all;
}

/// The kinds of objects that a body can be.
std::vector<json::value> body_objects(openapi_reader const& document, json::value operation) {
    std::vector<json::value> objects;
    auto const schema = operation.at({"requestBody", "content", "application/json", "schema"});
    if (!schema) return objects;
    for (auto const& each : document.alternatives(*schema))
        if (each.find("properties")) objects.push_back(each);
    return objects;
}

fields documented_body(openapi_reader const& document, json::value operation) {
    fields all;
    for (auto const& object : body_objects(document, operation)) {
        auto const properties = object.find("properties").value();
        for (std::size_t i = 0; i < properties.size(); ++i) {
            auto& field = all[std::string(properties.key(i))];
            auto words = std::move(field.words);
            field = documented_field(document, properties.element(i));
            field.words.merge(words);
        }
    }
    return all;
}

std::set<std::string> required_fields(endpoint const& row) {
    std::set<std::string> names;
    for (auto const& each : row.fields)
        if (each.required) names.insert(each.name);
    return names;
}

void check_equal(fields const& documented, fields const& declared) {
    for (auto const& [name, field] : documented)
        BOOST_TEST(declared.contains(name), name << " is documented, but not declared");
    for (auto const& [name, field] : declared) {
        BOOST_TEST(documented.contains(name), name << " is declared, but not documented");
        if (!documented.contains(name)) continue;
        BOOST_TEST_CONTEXT(name)
        BOOST_TEST(documented.at(name) == field);
    }
}

/// Calls `check(row, operation)` for every endpoint.
template <class Check>
void for_each_operation(endpoints const& rows, openapi_reader const& document, Check const& check) {
    for (auto const& row : rows) {
        BOOST_TEST_CONTEXT(method_of(row) << " " << row.pattern) {
            auto const operation = document.operation(path_of(row), method_of(row));
            BOOST_TEST_REQUIRE(operation.has_value());
            check(row, *operation);
        }
    }
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_route_of_a_scope_is_an_endpoint, every_endpoint) {
    auto const all = rows();
    for (auto const& each : scoped_routes())
        BOOST_TEST(
            std::ranges::any_of(
                all,
                [&](endpoint const& row) { return row.method == each.method && row.pattern == each.pattern; }
            ),
            each.pattern
        );
}

BOOST_FIXTURE_TEST_CASE(every_endpoint_is_documented_with_its_permission, every_endpoint) {
    for_each_operation(rows(), openapi_reader(), [](endpoint const& row, json::value operation) {
        BOOST_TEST(operation.find("x-permission")->as_string().value() == documented(row.permission));
        auto const scope = operation.find("x-scope");
        auto const needed = scope_of(row.method, row.pattern);
        BOOST_TEST((scope ? scope->as_string().value() : "") == (needed ? identity::to_string(*needed) : ""));
    });
}

BOOST_FIXTURE_TEST_CASE(every_documented_operation_exists, every_endpoint) {
    std::set<std::string> served = {"get /livez", "get /readyz", "get /version", "get /api/openapi.json"};
    for (auto const& row : rows()) served.insert(method_of(row) + " " + path_of(row));
    openapi_reader const document;
    auto const paths = document.root().find("paths").value();
    for (std::size_t p = 0; p < paths.size(); ++p) {
        auto const operations = paths.element(p);
        for (std::size_t o = 0; o < operations.size(); ++o) {
            if (operations.key(o) == "parameters") continue;
            auto const name = std::string(operations.key(o)) + " " + std::string(paths.key(p));
            BOOST_TEST(served.contains(name), name << " is documented, but not served");
        }
    }
}

BOOST_FIXTURE_TEST_CASE(query_parameters_are_documented_as_declared, every_endpoint) {
    openapi_reader const document;
    for_each_operation(rows(), document, [&](endpoint const& row, json::value operation) {
        check_equal(
            documented_query(document, operation), declared_fields(row, input_field::location::query)
        );
    });
}

BOOST_FIXTURE_TEST_CASE(bodies_are_documented_as_declared, every_endpoint) {
    openapi_reader const document;
    for_each_operation(rows(), document, [&](endpoint const& row, json::value operation) {
        check_equal(documented_body(document, operation), declared_fields(row, input_field::location::body));
        auto const objects = body_objects(document, operation);
        if (objects.size() == 1)
            BOOST_TEST(
                openapi_reader::texts(objects.front().find("required")) == required_fields(row),
                boost::test_tools::per_element()
            );
        auto const required = operation.at({"requestBody", "required"});
        BOOST_TEST((required && *required->as_bool()) == (row.body == http::body_kind::json));
    });
}

BOOST_AUTO_TEST_CASE(enums_are_documented_as_in_the_program) {
    openapi_reader const document;
    for (auto const& vocabulary : test::vocabularies()) BOOST_TEST_CONTEXT(vocabulary.schema)
    BOOST_TEST(
        document.words(document.schema(vocabulary.schema)) == vocabulary.words,
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_SUITE_END()
