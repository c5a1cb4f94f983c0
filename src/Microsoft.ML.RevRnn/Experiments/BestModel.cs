namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>The best network so far: its model in memory, and in the folder of the experiment, so that it is there at any time.</summary>
/// <param name="journal">The experiment.</param>
/// <param name="save">Writes a model to a file.</param>
/// <param name="load">Reads it.</param>
internal sealed class BestModel(ExperimentJournal journal, Action<ITransformer, string> save, Func<string, ITransformer> load)
{
    private const string Pattern = "best-*.zip";

    private readonly Lock _lock = new();
    private ITransformer? _model;

    /// <summary>What it came to; null where there is none.</summary>
    public RunRecord? Record { get; private set; } = journal.Runs.Where(run => run.Score != null).OrderBy(run => run, Comparer<RunRecord>.Create(Compare)).FirstOrDefault();

    /// <summary>Its model.</summary>
    public ITransformer? Model
    {
        get
        {
            lock (_lock)
                return _model ??= Record == null ? null : load(journal.File(Name(Record)));
        }
    }

    /// <summary>Writes a run to the journal, and before that its model, if it is the best.</summary>
    /// <returns>Whether it is.</returns>
    public bool Add(RunRecord record, ITransformer model)
    {
        lock (_lock)
        {
            // Of trainings that were cut off, the last one came furthest.
            var isBest = Record is null or { IsCutOff: true } || Compare(record, Record) < 0;
            if (!isBest)
            {
                journal.Add(record);
                return false;
            }
            save(model, journal.File(Name(record)));
            journal.Add(record);
            var former = Record;
            (Record, _model) = (record, model);
            if (former != null && Name(former) != Name(record))
                journal.Delete(Name(former));
            return true;
        }
    }

    /// <summary>Deletes models that a killed experiment has left.</summary>
    public void Clean()
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(journal.File(Pattern))!, Pattern).Select(file => Path.GetFileName(file)!))
        {
            if (Record == null || file != Name(Record))
                journal.Delete(file);
        }
    }

    private static string Name(RunRecord record) => $"best-{record.Trial:000}-{record.Rung}.zip";

    /// <summary>The better one first: what was not cut off, then by what is optimised, then by the loss, then by number, so that the order in which they came has no part in it.</summary>
    private static int Compare(RunRecord one, RunRecord other)
        => (one.IsCutOff, -one.Score!.Value, one.Loss!.Value, one.Trial, one.Rung).CompareTo((other.IsCutOff, -other.Score!.Value, other.Loss!.Value, other.Trial, other.Rung));
}
