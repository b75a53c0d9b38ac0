// Ruin and recreate over several days.
//
// Strings of neighbouring customers leave all their days, or one day alone, and come back by cheapest insertion with
// the pattern of days whose insertions are cheapest together (ruin: Christiaens and Vanden Berghe 2020, "Slack
// induction by string removals", Transportation Science 54). Loads and durations over their limits are allowed at a
// price that follows how often they occur (Vidal and others 2012, "A hybrid genetic algorithm for multidepot and
// periodic vehicle routing problems", Operations Research 60).
#pragma once

#include <cmath>
#include <limits>
#include <utility>

#include "plan.hpp"

namespace gongpei {

inline constexpr double BLINK = 0.01;          // share of positions overlooked
inline constexpr double LONGEST_STRING = 10;   // stops
inline constexpr Int JUDGED = 200;             // steps after which the prices of excess are looked at
inline constexpr double WANTED = 0.35;         // share of steps whose routes shall be within the limits
inline constexpr Int PATIENCE = 8;             // times it is looked at them without any plan within all limits
inline constexpr double STEP = 1.1;            // by what a price changes

struct Heat {
    double hot, cold, mean_taken, share_one_day;
};

class PeriodicSearch : public PeriodicPlan {
public:
    PeriodicSearch(const PeriodicFacts& given, std::uint64_t seed)
        : PeriodicPlan(given), random(seed), into(n * n), stamp(routes.size(), 0), kept(routes.size()), is_out(n, 0) {
        for (Int a = 0; a < n; ++a)
            for (Int b = 0; b < n; ++b) into[b * n + a] = f.cost[a * n + b];
        const double mean = mean_cost();
        load_price = mean * 30;
        time_price = mean * 30 / static_cast<double>(std::max<Int>(1, f.longest));
    }

    void choose(const Int* patterns) {
        for (Int c = 1; c < n; ++c) pattern[c] = patterns[c];
        total = whole();
        now = priced();
        over = late_ones = 0;
        for (const auto& route : routes) {
            over += excess_load(route) > 0;
            late_ones += excess_duration(route) > 0;
        }
        if (over + late_ones == 0 && (best_cost < 0 || total < best_cost)) remember();
    }

    void run(Int steps, const Heat& heat) {
        const double cooling = steps > 0 ? std::pow(heat.cold / heat.hot, 1.0 / static_cast<double>(steps)) : 1;
        double warmth = heat.hot;
        for (Int k = 0; k < steps; ++k, warmth *= cooling) {
            step(heat, warmth);
            if (++judged == JUDGED) reprice();
        }
    }

    Int best_cost = -1;
    std::vector<std::vector<Stop>> best_stops;
    std::vector<Int> best_pattern;

private:
    Random random;
    std::vector<Int> into;  // cost of a drive by its end, so that all drives to one customer lie side by side
    std::vector<Int> stamp;
    std::vector<Route> kept;
    std::vector<char> is_out;
    std::vector<Int> taken, touched, ruined, kept_pattern;
    std::vector<Seat> kept_seat;
    std::vector<double> rank;
    Int total = 0, count = 0, judged = 0, loads_in = 0, times_in = 0;
    Int over = 0, late_ones = 0;        // routes over a limit
    Int loads_dry = 0, times_dry = 0;   // times prices were looked at since none was
    double load_price = 0, time_price = 0, now = 0;

    struct Place {
        double cost;
        Int route, at;
    };
    std::vector<Place> found;

    double mean_cost() const {
        double sum = 0;
        for (Int c = 1; c < n; ++c) sum += static_cast<double>(f.cost[c] + f.cost[c * n]);
        return n > 1 ? sum / static_cast<double>(n - 1) : 1;
    }

    double priced() const {
        double sum = static_cast<double>(total);
        for (const auto& route : routes)
            sum += load_price * excess_load(route) + time_price * static_cast<double>(excess_duration(route));
        return sum;
    }

    // ---- one step

    void step(const Heat& heat, double warmth) {
        ++count;
        touched.clear();
        taken.clear();
        const bool is_one_day = random.unit() < heat.share_one_day;
        const double before = now;
        const Int total_before = total;
        ruin(heat.mean_taken, is_one_day);
        for (Int c : taken) is_out[c] = 0;
        recreate();
        double sum = 0, sum_before = 0;
        Int more_over = 0, more_late = 0;  // routes over a limit, beyond those before
        bool loads_fit = true, times_fit = true;
        for (Int r : touched) {
            const Route &a = routes[r], &b = kept[r];
            const double load = excess_load(a);
            const Int late = excess_duration(a);
            const double load_before = excess_load(b);
            const Int late_before = excess_duration(b);
            loads_fit &= load == 0;
            times_fit &= late == 0;
            more_over += (load > 0) - (load_before > 0);
            more_late += (late > 0) - (late_before > 0);
            sum += static_cast<double>(a.cost) + load_price * load + time_price * static_cast<double>(late);
            sum_before += static_cast<double>(b.cost) + load_price * load_before +
                          time_price * static_cast<double>(late_before);
            total += a.cost - b.cost;
        }
        for (std::size_t k = 0; k < taken.size(); ++k)
            if (!is_one_day) {
                const Int change = f.pattern_price[pattern[taken[k]]] - f.pattern_price[kept_pattern[k]];
                total += change;
                sum += static_cast<double>(change);
            }
        loads_in += loads_fit;
        times_in += times_fit;
        const double after = before + sum - sum_before;
        if (after >= before - warmth * std::log(std::max(1e-300, random.unit()))) {
            undo(is_one_day);
            total = total_before;
            return;
        }
        now = after;
        over += more_over;
        late_ones += more_late;
        if (over == 0) loads_dry = 0;
        if (late_ones == 0) times_dry = 0;
        if (over == 0 && late_ones == 0 && (best_cost < 0 || total < best_cost)) remember();
    }

    void touch(Int r) {
        if (stamp[r] == count) return;
        stamp[r] = count;
        kept[r] = routes[r];
        touched.push_back(r);
    }

    void undo(bool is_one_day) {
        for (Int r : touched) std::swap(routes[r], kept[r]);
        for (std::size_t k = 0; k < taken.size(); ++k) {
            const Int c = taken[k];
            if (!is_one_day) pattern[c] = kept_pattern[k];
            std::copy_n(kept_seat.begin() + static_cast<Int>(k) * f.days, f.days, seat.begin() + c * f.days);
        }
    }

    // Excess becomes dearer where too few steps keep within the limits, or no plan has for long; cheaper where many do.
    void reprice() {
        const auto changed = [](double price, Int inside, Int dry) {
            const double share = static_cast<double>(inside) / static_cast<double>(JUDGED);
            if (share < WANTED || dry > PATIENCE) return price * STEP;
            return share > WANTED + 0.1 ? price / STEP : price;
        };
        const double mean = mean_cost(), least = mean / 20, most = mean * 10'000;
        load_price = std::clamp(changed(load_price, loads_in, ++loads_dry), least, most);
        if (f.longest >= 0) {
            const double unit = static_cast<double>(std::max<Int>(1, f.longest));
            time_price = std::clamp(changed(time_price, times_in, ++times_dry), least / unit, most / unit);
        }
        judged = loads_in = times_in = 0;
        now = priced();
    }

    void remember() {
        best_cost = total;
        best_stops.resize(routes.size());
        for (std::size_t r = 0; r < routes.size(); ++r) best_stops[r] = routes[r].stops;
        best_pattern = pattern;
    }

    // ---- ruin

    void ruin(double mean_taken, bool is_one_day) {
        kept_pattern.clear();
        kept_seat.clear();
        Int visits = 0, used = 0;
        for (const auto& route : routes)
            if (!route.stops.empty()) visits += static_cast<Int>(route.stops.size()), ++used;
        if (!used) return;
        const double mean_stops = static_cast<double>(visits) / static_cast<double>(used);
        const double longest = std::min(LONGEST_STRING, mean_stops);
        const Int most = static_cast<Int>(4 * mean_taken / (1 + longest));
        const Int strings = 1 + random.below(std::max<Int>(1, most));
        const Int seed = 1 + random.below(n - 1);
        const Int day = is_one_day ? a_day(seed) : -1;
        ruined.clear();
        for (Int k = -1; k < f.near_size && static_cast<Int>(ruined.size()) < strings; ++k) {
            const Int c = k < 0 ? seed : f.near[seed * f.near_size + k];
            if (is_out[c]) continue;
            const Int d = is_one_day ? day : a_day(c);
            const Int r = seat[c * f.days + d].route;
            if (r < 0 || std::find(ruined.begin(), ruined.end(), r) != ruined.end()) continue;
            ruined.push_back(r);
            take_string(r, c, longest, is_one_day);
        }
    }

    // One of the days on which c is visited, by chance.
    Int a_day(Int c) {
        Int days = 0, chosen = 0;
        for (Int d = 0; d < f.days; ++d)
            if (seat[c * f.days + d].route >= 0 && random.below(++days) == 0) chosen = d;
        return chosen;
    }

    void take_string(Int r, Int c, double longest, bool is_one_day) {
        const std::vector<Stop>& stops = routes[r].stops;
        const Int size = static_cast<Int>(stops.size());
        const Int most = std::max<Int>(1, std::min<Int>(size, static_cast<Int>(longest)));
        const Int length = 1 + random.below(most);
        Int spared = 0;  // a split string leaves some in its middle
        if (length > 1 && length < size && random.unit() < 0.5)
            while (length + spared < size && random.unit() > 0.01 + 0.5) ++spared;
        const Int span = length + spared;
        const Int at = static_cast<Int>(std::find(stops.begin(), stops.end(), c) - stops.begin());
        const Int low = std::max<Int>(0, at - span + 1), high = std::min(at, size - span);
        const Int from = low + random.below(high - low + 1);
        const Int gap = spared ? 1 + random.below(length - 1) : length;
        std::vector<Int> string;
        for (Int k = 0; k < span; ++k)
            if (k < gap || k >= gap + spared) string.push_back(stops[from + k]);
        for (Int s : string) take(s, is_one_day ? day_of(r) : -1);
    }

    // Take c out of one day, or of all days for -1.
    void take(Int c, Int day) {
        if (is_out[c]) return;
        is_out[c] = 1;
        taken.push_back(c);
        kept_pattern.push_back(pattern[c]);
        kept_seat.insert(kept_seat.end(), seat.begin() + c * f.days, seat.begin() + (c + 1) * f.days);
        for (Int d = 0; d < f.days; ++d)
            if ((day < 0 || d == day) && seat[c * f.days + d].route >= 0) cut(c, d);
        if (day < 0) pattern[c] = -1;
    }

    void cut(Int c, Int d) {
        Seat& own = seat[c * f.days + d];
        touch(own.route);
        Route& route = routes[own.route];
        const auto it = std::find(route.stops.begin(), route.stops.end(), c);
        const Int a = it == route.stops.begin() ? 0 : *(it - 1), b = it + 1 == route.stops.end() ? 0 : *(it + 1);
        route.stops.erase(it);
        const Int direct = route.stops.empty() ? 0 : 1;
        route.cost -= f.cost[a * n + c] + f.cost[c * n + b] - direct * f.cost[a * n + b] + (direct ? 0 : f.fixed);
        route.duration -= f.duration[a * n + c] + f.duration[c * n + b] - direct * f.duration[a * n + b] +
                          f.option_duration[own.option];
        for (Int k = 0; k < f.dimensions; ++k) route.load[k] -= load_of(own.option)[k];
        own.route = -1;  // the option stays, for those who come back on the same day
    }

    // ---- recreate

    void recreate() {
        sort_taken();
        for (std::size_t k = 0; k < taken.size(); ++k) {
            const Int c = taken[k];
            if (pattern[c] >= 0) {
                for (Int d = 0; d < f.days; ++d) {
                    Seat& own = seat[c * f.days + d];
                    if (own.route < 0 && own.option >= 0) put_in(c, own.option, cheapest(c, own.option));
                }
            } else {
                put_by_pattern(c);
            }
        }
    }

    // Most often the order is by chance; else by load, by way from the depot, or by visits.
    void sort_taken() {
        rank.assign(taken.size(), 0);
        const double dice = random.unit();
        for (std::size_t k = 0; k < taken.size(); ++k) {
            const Int c = taken[k];
            if (dice < 0.35)
                rank[k] = random.unit();
            else if (dice < 0.65)
                rank[k] = -heaviest(c);
            else if (dice < 0.75)
                rank[k] = -static_cast<double>(f.cost[c * n]);
            else if (dice < 0.80)
                rank[k] = static_cast<double>(f.cost[c * n]);
            else
                rank[k] = static_cast<double>(f.pattern_from[c + 1] - f.pattern_from[c]) + random.unit();
        }
        places_by_rank();
    }

    double heaviest(Int c) const {
        double most = 0;
        for (Int option = f.option_from[c]; option < f.option_from[c + 1]; ++option)
            for (Int k = 0; k < f.dimensions; ++k)
                most = std::max(most, static_cast<double>(load_of(option)[k]) /
                                          static_cast<double>(std::max<Int>(1, f.room[k])));
        return most;
    }

    // Sort taken by rank, and with it what is kept of each.
    void places_by_rank() {
        const std::size_t size = taken.size();
        std::vector<std::size_t> by(size);
        for (std::size_t k = 0; k < size; ++k) by[k] = k;
        std::sort(by.begin(), by.end(), [this](std::size_t a, std::size_t b) {
            return rank[a] != rank[b] ? rank[a] < rank[b] : a < b;
        });
        std::vector<Int> customers(size), patterns(size);
        std::vector<Seat> seats(kept_seat.size());
        for (std::size_t k = 0; k < size; ++k) {
            customers[k] = taken[by[k]];
            patterns[k] = kept_pattern[by[k]];
            std::copy_n(kept_seat.begin() + static_cast<Int>(by[k]) * f.days, f.days,
                        seats.begin() + static_cast<Int>(k) * f.days);
        }
        taken.swap(customers);
        kept_pattern.swap(patterns);
        kept_seat.swap(seats);
    }

    void put_by_pattern(Int c) {
        const Int from = f.option_from[c], until = f.option_from[c + 1];
        found.resize(until - from);
        for (Int option = from; option < until; ++option) found[option - from] = cheapest(c, option);
        double least = std::numeric_limits<double>::infinity();
        Int chosen = f.pattern_from[c], alike = 0;
        for (Int p = f.pattern_from[c]; p < f.pattern_from[c + 1]; ++p) {
            double sum = static_cast<double>(f.pattern_price[p]);
            for (Int i = f.item_from[p]; i < f.item_from[p + 1]; ++i) sum += found[f.item[i] - from].cost;
            if (sum < least) alike = 0;
            if (sum < least || (sum == least && random.below(++alike + 1) == 0)) least = sum, chosen = p;
        }
        pattern[c] = chosen;
        for (Int d = 0; d < f.days; ++d) seat[c * f.days + d] = Seat{};
        for (Int i = f.item_from[chosen]; i < f.item_from[chosen + 1]; ++i)
            put_in(c, f.item[i], found[f.item[i] - from]);
    }

    // The cheapest place on the option's day; one empty route stands for all.
    Place cheapest(Int c, Int option) {
        const Int d = f.option_day[option];
        Place best{std::numeric_limits<double>::infinity(), d * f.vehicles, 0};
        bool was_empty = false;
        for (Int r = d * f.vehicles; r < (d + 1) * f.vehicles; ++r) {
            const Route& route = routes[r];
            if (route.stops.empty()) {
                if (was_empty) continue;
                was_empty = true;
            }
            const double more = more_excess(route, option);
            if (more < best.cost) try_route(c, option, r, more, best);
        }
        return best;
    }

    double more_excess(const Route& route, Int option) const {
        double sum = 0;
        for (Int k = 0; k < f.dimensions; ++k) {
            const Int over = route.load[k] + load_of(option)[k] - f.room[k];
            if (over > 0)
                sum += static_cast<double>(over - std::max<Int>(0, route.load[k] - f.room[k])) /
                       static_cast<double>(std::max<Int>(1, f.room[k]));
        }
        return sum * load_price;
    }

    void try_route(Int c, Int option, Int r, double more, Place& best) {
        const Route& route = routes[r];
        const Int size = static_cast<Int>(route.stops.size());
        const Int *to = &into[c * n], *out = f.cost + c * n;
        const double fixed = size ? 0 : static_cast<double>(f.fixed);
        Int a = 0;
        for (Int at = 0; at <= size; ++at) {
            const Int b = at < size ? route.stops[at] : 0;
            const Int detour = to[a] + out[b] - f.cost[a * n + b];
            if (static_cast<double>(detour) + more + fixed < best.cost && random.unit() >= BLINK) {
                double cost = static_cast<double>(detour) + more + fixed;
                if (f.longest >= 0) cost += more_late(route, option, a, c, b);
                if (cost < best.cost) best = {cost, r, at};
            }
            a = b;
        }
    }

    double more_late(const Route& route, Int option, Int a, Int c, Int b) const {
        const Int longer = f.duration[a * n + c] + f.duration[c * n + b] - f.duration[a * n + b] +
                           f.option_duration[option];
        const Int over = std::max<Int>(0, route.duration + longer - f.longest);
        return time_price * static_cast<double>(over - excess_duration(route));
    }

    void put_in(Int c, Int option, const Place& place) {
        touch(place.route);
        Route& route = routes[place.route];
        const Int size = static_cast<Int>(route.stops.size()), at = place.at;
        const Int a = at ? route.stops[at - 1] : 0, b = at < size ? route.stops[at] : 0;
        route.cost += f.cost[a * n + c] + f.cost[c * n + b] - (size ? f.cost[a * n + b] : -f.fixed);
        route.duration += f.duration[a * n + c] + f.duration[c * n + b] - (size ? f.duration[a * n + b] : 0) +
                          f.option_duration[option];
        for (Int k = 0; k < f.dimensions; ++k) route.load[k] += load_of(option)[k];
        route.stops.insert(route.stops.begin() + at, static_cast<Stop>(c));
        seat[c * f.days + f.option_day[option]] = {place.route, option};
    }
};

}  // namespace gongpei
