using System.CommandLine;
using Distributed;
using Microsoft.ML.RevRnn;

var data = new Option<FileInfo>("--data") { Description = "Rows of 'text<TAB>label' to learn from, the same file on each machine.", HelpName = "rows.tsv", Required = true };
var model = new Option<FileInfo>("--model") { Description = "The model's file.", HelpName = "model.zip", Required = true };
var checkpoint = new Option<FileInfo?>("--checkpoint") { Description = "Where rank 0 keeps the state of training, from which the next job goes on.", HelpName = "file" };
var epochs = new Option<int>("--epochs") { Description = "Most passes over the data.", DefaultValueFactory = _ => 5 };
var hidden = new Option<int>("--hidden") { Description = "H: hidden units of a layer.", DefaultValueFactory = _ => 256 };
var layers = new Option<int>("--layers") { Description = "Recurrent layers.", DefaultValueFactory = _ => 1 };
var shards = new Option<int>("--shards") { Description = "S: shards of a batch; the result depends on it, and not on the number of ranks, which is S at the most.", DefaultValueFactory = _ => 8 };
var halves = new Option<bool>("--bfloat16") { Description = "Exchange gradients in 2 bytes instead of 4." };
var batches = new Option<int>("--batches-per-step") { Description = "Exchange gradients once for so many batches.", DefaultValueFactory = _ => 1 };
var threads = new Option<int?>("--threads") { Description = "Threads of a rank; as many as it may use if not given." };

var train = new Command("train", "Trains a classifier on all ranks together.") { data, model, checkpoint, epochs, hidden, layers, shards, halves, batches, threads };
train.SetAction(arguments => Job.Run(group => Training.Run(group, arguments.GetValue(data)!, arguments.GetValue(model)!, new TrainingOptions
{
    Seed = 1,
    MaximumEpochs = arguments.GetValue(epochs),
    Shards = arguments.GetValue(shards),
    Group = group,
    GradientFormat = arguments.GetValue(halves) ? GradientFormat.BFloat16 : GradientFormat.Single,
    BatchesPerStep = arguments.GetValue(batches),
    ThreadCount = arguments.GetValue(threads),
    CheckpointPath = arguments.GetValue(checkpoint)?.FullName,
    CheckpointInterval = TimeSpan.FromMinutes(1),
}, new NetworkOptions { HiddenSize = arguments.GetValue(hidden), LayerCount = arguments.GetValue(layers) })));

var input = new Option<FileInfo>("--in") { Description = "Rows whose first column, up to a tab, is the text; the same file on each machine.", HelpName = "rows.tsv", Required = true };
var output = new Option<FileInfo>("--out") { Description = "Receives 'label<TAB>probability' of each row, on a disk that all machines share.", HelpName = "scores.tsv", Required = true };
var rows = new Option<int>("--rows") { Description = "Rows of a part, which is written whole or not at all.", DefaultValueFactory = _ => 10_000 };

var score = new Command("score", "Scores rows on all ranks; a job that is started again does what is missing.") { model, input, output, rows };
score.SetAction(arguments => Job.Run(group =>
    new Scoring(group, arguments.GetValue(model)!, arguments.GetValue(input)!, arguments.GetValue(output)!, arguments.GetValue(rows)).Run()));

return new RootCommand("Trains and scores on several processes and machines: mpirun -np 4 dotnet Distributed.dll train ...") { train, score }.Parse(args).Invoke();
