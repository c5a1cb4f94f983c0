using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Samples;

namespace Distributed;

/// <summary>
/// Scores rows in parts, of which each is written to a temporary name and renamed, so that one that is there is whole; those that are missing go to the ranks in turns, and rank 0
/// joins all in their order. A row's score depends on no other row, so neither the number of ranks nor interruptions change a byte.
/// </summary>
internal sealed class Scoring
{
    private readonly IGradientGroup _group;
    private readonly FileInfo _input;
    private readonly FileInfo _output;
    private readonly int _rowsOfPart;
    private readonly DirectoryInfo _parts;
    private readonly MLContext _ml = new();
    private readonly ITransformer _model;

    public Scoring(IGradientGroup group, FileInfo model, FileInfo input, FileInfo output, int rowsOfPart)
    {
        if (!input.Exists)
            throw new FileNotFoundException($"There is no file '{input.FullName}'.");
        if (rowsOfPart < 1)
            throw new ArgumentOutOfRangeException(nameof(rowsOfPart), rowsOfPart, "A part has one row at least.");
        (_group, _input, _output, _rowsOfPart) = (group, input, output, rowsOfPart);
        _model = _ml.Model.LoadChecked(model.FullName, out _);
        _parts = new DirectoryInfo($"{output.FullName}.{Identity(model)}.parts");
    }

    public void Run()
    {
        if (_group.Rank == 0)
            _parts.Create();
        // What is done is decided by one rank: others may already be writing when this one looks.
        var done = Done();
        var (part, missing) = (0, 0);
        foreach (var lines in File.ReadLines(_input.FullName).Chunk(_rowsOfPart))
        {
            if ((part >= done.Length || !done[part]) && missing++ % _group.Size == _group.Rank)
                WriteWhole(Part(part), writer => Score(lines, writer));
            part++;
        }
        _group.Barrier();
        if (_group.Rank == 0)
        {
            WriteWhole(_output.FullName, writer => Join(part, writer));
            _parts.Delete(recursive: true);
            Console.WriteLine($"{part} parts, {missing} of them by this job on {_group.Size} ranks: {_output.Name}.");
        }
        _group.Barrier();
    }

    /// <summary>Which parts there are, as rank 0 sees it.</summary>
    private bool[] Done()
    {
        var count = 0;
        bool[] done = [];
        if (_group.Rank == 0)
        {
            int[] there = [.. _parts.EnumerateFiles("*.tsv").Select(file => int.Parse(Path.GetFileNameWithoutExtension(file.Name), CultureInfo.InvariantCulture))];
            count = there.Length == 0 ? 0 : there.Max() + 1;
            done = new bool[count];
            foreach (var part in there)
                done[part] = true;
        }
        _group.Broadcast(MemoryMarshal.AsBytes(new Span<int>(ref count)), 0);
        if (_group.Rank != 0)
            done = new bool[count];
        _group.Broadcast(MemoryMarshal.AsBytes(done.AsSpan()), 0);
        return done;
    }

    private void Score(string[] lines, StreamWriter writer)
    {
        var rows = _ml.Data.LoadFromEnumerable(lines.Select(line => new LabelledText { Text = line.Split('\t', 2)[0] }));
        foreach (var prediction in _ml.Data.CreateEnumerable<Prediction>(_model.Transform(rows), reuseRowObject: true))
            writer.Write($"{prediction.PredictedLabel}\t{prediction.Score.Max().ToString("R", CultureInfo.InvariantCulture)}\n");
    }

    private void Join(int parts, StreamWriter writer)
    {
        for (var part = 0; part < parts; part++)
        {
            using var file = File.OpenRead(Part(part));
            writer.Flush();
            file.CopyTo(writer.BaseStream);
        }
    }

    private static void WriteWhole(string path, Action<StreamWriter> write) => AtomicFile.Write(path, file =>
    {
        using var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        write(writer);
    });

    private string Part(int part) => Path.Combine(_parts.FullName, $"{part:D8}.tsv");

    /// <summary>What parts of another model, of other rows or of another length are told by.</summary>
    private string Identity(FileInfo model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(model.FullName));
        hash.AppendData(Encoding.UTF8.GetBytes($"{_input.Length} {_input.LastWriteTimeUtc.Ticks} {_rowsOfPart}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset(), 0, 8);
    }
}
