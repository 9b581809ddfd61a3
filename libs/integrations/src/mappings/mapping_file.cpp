#include <tocsin/base/text.hpp>
#include <tocsin/integrations/mapping_file.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace tocsin::integrations {

namespace {

constexpr std::size_t max_lines = 10'000;

/// The cells of a line. None if a quote is not closed or is in the middle of a cell.
std::optional<std::vector<std::string>> cells_of(std::string_view line) {
    std::vector<std::string> cells(1);
    bool quoted = false, was_quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char const c = line[i];
        if (quoted) {
            if (c != '"') {
                cells.back() += c;
            } else if (i + 1 < line.size() && line[i + 1] == '"') {
                cells.back() += c;
                ++i;
            } else {
                quoted = false;
                was_quoted = true;
            }
        } else if (c == ',') {
            cells.emplace_back();
            was_quoted = false;
        } else if (c == '"' && cells.back().empty() && !was_quoted) {
            quoted = true;
        } else if (c == '"' || was_quoted) {
            return std::nullopt;
        } else {
            cells.back() += c;
        }
    }
    if (quoted) return std::nullopt;
    for (auto& cell : cells) cell = std::string(trim(cell));
    return cells;
}

std::string_view next_line(std::string_view& text) {
    auto const end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

struct csv_columns {
    std::size_t project = 0, service = 0, count = 0;
};

std::optional<csv_columns> read_header(std::string_view line) {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    auto const cells = cells_of(line);
    if (!cells) return std::nullopt;
    auto const project = std::find(cells->begin(), cells->end(), "sentry_project");
    auto const service = std::find(cells->begin(), cells->end(), "service");
    if (project == cells->end() || service == cells->end()) return std::nullopt;
    return csv_columns{
        static_cast<std::size_t>(project - cells->begin()),
        static_cast<std::size_t>(service - cells->begin()),
        cells->size()
    };
}

}  // namespace

result<std::vector<mapping_line>> parse_mapping_file(std::string_view text) {
    error problems{errc::invalid, "The file cannot be imported."};
    auto const reject = [&](std::size_t line, std::string why) {
        problems.fields.push_back({"line " + std::to_string(line), std::move(why)});
    };
    if (!is_utf8(text)) return error{errc::invalid, "The file is not UTF-8."};
    auto const header = read_header(next_line(text));
    if (!header) {
        reject(1, "must be the header: sentry_project,service");
        return problems;
    }
    std::vector<mapping_line> lines;
    std::set<std::string> projects;
    for (std::size_t number = 2; !text.empty() && lines.size() < max_lines; ++number) {
        auto const line = next_line(text);
        if (trim(line).empty()) continue;
        auto cells = cells_of(line);
        if (!cells || cells->size() != header->count) {
            reject(number, "does not have the columns of the header");
            continue;
        }
        mapping_line entry{number, (*cells)[header->project], (*cells)[header->service]};
        if (entry.sentry_project.empty() || entry.sentry_project.size() > 200)
            reject(number, "names no Sentry project");
        else if (entry.service.empty())
            reject(number, "names no service");
        else if (!projects.insert(entry.sentry_project).second)
            reject(number, "names " + entry.sentry_project + " a second time");
        else
            lines.push_back(std::move(entry));
    }
    if (!text.empty()) return error{errc::invalid, "The file has more than 10,000 lines."};
    if (!problems.fields.empty()) return problems;
    return lines;
}

}  // namespace tocsin::integrations
