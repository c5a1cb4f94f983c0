using System.CommandLine;
using Samples;
using SequenceClassification;

var data = new Option<FileInfo?>("--data") { Description = "Rows of 'text<TAB>label' to learn from, instead of the SDK's documentation.", HelpName = "file.tsv" };
var cell = new Option<string>("--cell") { Description = "The recurrent cell.", DefaultValueFactory = _ => "lstm" };
cell.AcceptOnlyFromAmong("lstm", "gru");
var epochs = new Option<int>("--epochs") { Description = "Most passes over the training data.", DefaultValueFactory = _ => 5 };
var threads = new Option<int?>("--threads") { Description = "Threads; as many as there are processors if not given. The result is the same." };
var skipsLinear = new Option<bool>("--skip-linear") { Description = "Do not train ML.NET's linear pipeline for comparison." };
var skipsOrder = new Option<bool>("--skip-order") { Description = "Leave out the second table, of texts whose class only the order of words tells." };
var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object in the last line." };

var command = new RootCommand("Trains a reversible recurrent network to tell the class of a text, in an ML.NET pipeline.")
{
    data, cell, epochs, threads, skipsLinear, skipsOrder, json,
};
command.SetAction(arguments =>
{
    var settings = new Settings(
        arguments.GetValue(data),
        arguments.GetValue(cell) == "gru",
        arguments.GetValue(epochs),
        arguments.GetValue(threads),
        arguments.GetValue(skipsLinear),
        arguments.GetValue(skipsOrder),
        arguments.GetValue(json));
    return Terminal.Run(() => Experiment.Run(settings));
});
return command.Parse(args).Invoke();
