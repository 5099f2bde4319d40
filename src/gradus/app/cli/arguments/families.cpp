#include "gradus/app/cli/arguments/families.hpp"

#include "gradus/learn/data/encoders/encoder.hpp"
#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"

namespace gradus::cli {

const Family optimizer_family{"optimizers", "optimizer", "--optimizer", "how a step follows from the gradient",
                              [] { return kinds::kind_list(optim::all_optimizers()); }};
const Family schedule_family{"schedules", "optimizer.schedule", "--schedule",
                             "how the learning rate changes in the course of a training",
                             [] { return kinds::kind_list(optim::all_schedules()); }};
const Family init_family{"inits", "model.init", "--init", "how weights get their first numbers",
                         [] { return kinds::kind_list(init::all_inits()); }};
const Family metric_family{"metrics",
                           "train.metrics",
                           "--metrics",
                           "numbers that say how good predictions are",
                           [] { return kinds::kind_list(metric::all_metrics()); },
                           true};

const Family loss_family{"losses", "model.loss", "--loss", "what a training makes small",
                         [] { return kinds::kind_list(loss::all_losses()); }};
const Family encoder_family{"encoders",
                            "data.numbers",
                            "--numbers",
                            "how the cells of a column become features",
                            [] { return kinds::kind_list(data::all_encoders()); },
                            false,
                            true};

const Family layer_family{
    "layers",
    "model.net",
    "--net",
    "what a net is made of",
    [] { return kinds::kind_list(nn::all_layers()); },
    false,
    false,
    [](const kinds::Kind& kind) { return nn::example_net(static_cast<const nn::LayerKind&>(kind)); }};

}  // namespace gradus::cli
