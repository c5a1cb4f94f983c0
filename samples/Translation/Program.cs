using System.CommandLine;
using Microsoft.ML.RevRnn;
using Samples;
using Translation;

var source = new Option<FileInfo?>("--source") { Description = "Texts to translate, a line each, instead of dates.", HelpName = "file.txt" };
var target = new Option<FileInfo?>("--target") { Description = "What they become, a line each.", HelpName = "file.txt" };
var cell = new Option<string>("--cell") { Description = "The recurrent cell.", DefaultValueFactory = _ => "revlstm" };
cell.AcceptOnlyFromAmong("revlstm", "revgru", "lstm", "gru");
var minutes = new Option<double?>("--minutes") { Description = "Time to train for, instead of a number of passes over the data." };
var html = new Option<FileInfo?>("--html") { Description = "Draws here which piece of a source each piece of its translation was read from.", HelpName = "file.html" };
var threads = new Option<int?>("--threads") { Description = "Threads; as many as there are processors if not given." };
var isShort = new Option<bool>("--short") { Description = "Two passes, over a tenth of the dates: to see that it runs." };
var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object in the last line." };

var command = new RootCommand("Trains a reversible recurrent network with attention to translate: dates in words to ISO dates, or texts of yours.")
{
    source, target, cell, minutes, html, threads, isShort, json,
};
command.SetAction(arguments =>
{
    var settings = new Settings(
        arguments.GetValue(source), arguments.GetValue(target), Enum.Parse<CellKind>(arguments.GetValue(cell)!, ignoreCase: true), arguments.GetValue(minutes),
        arguments.GetValue(html), arguments.GetValue(threads), arguments.GetValue(isShort), arguments.GetValue(json));
    return Terminal.Run(() => Experiment.Run(settings));
});
return command.Parse(args).Invoke();
