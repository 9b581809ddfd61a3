#include "tocsin/exit_status.hpp"

#include <tocsin/base/text.hpp>

#include <iostream>

namespace tocsin::program {

void print_problem(std::string_view text) {
    std::cerr << "tocsin: " << printable_lines(text) << '\n';
}

int report(problems const& wrong) {
    for (auto const& each : wrong) print_problem(each);
    return exit_misused;
}

}  // namespace tocsin::program
