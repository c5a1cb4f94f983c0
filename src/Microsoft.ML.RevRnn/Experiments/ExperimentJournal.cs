using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>
/// What an experiment has done so far, in a folder: a file of JSON, "experiment.json", which is replaced as a whole after each line; checkpoints of trainings; and models. An experiment that is run again
/// takes each of its steps anew, and finds the result of those that are in the journal. Safe for use from many threads.
/// </summary>
internal sealed class ExperimentJournal : IDisposable
{
    private const string FileName = "experiment.json";

    /// <summary>How long an experiment before may take to let go of the folder: work that it has left to itself ends first.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly bool _isTemporary;
    private readonly FileStream _held;
    private readonly JournalContent _content;

    private ExperimentJournal(string folder, bool isTemporary, FileStream held, JournalContent content)
    {
        _folder = folder;
        _isTemporary = isTemporary;
        _held = held;
        _content = content;
    }

    public int Seed => _content.Seed;

    /// <summary>Whether there was a journal before.</summary>
    public bool IsResumed { get; private init; }

    /// <summary>Time before this run.</summary>
    public TimeSpan ElapsedBefore { get; private init; }

    /// <summary>Tells the time since the experiment's beginning, whenever a line is written.</summary>
    public Func<TimeSpan>? Elapsed { private get; set; }

    /// <param name="folder">The folder, which is made if it is missing; null for a temporary one.</param>
    /// <param name="chooseSeed">Gives the seed of a new experiment.</param>
    /// <exception cref="InvalidOperationException">Another experiment has the folder, or the journal is damaged.</exception>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    public static ExperimentJournal Open(string? folder, Func<int> chooseSeed)
    {
        var path = folder == null ? Directory.CreateTempSubdirectory("revrnn-experiment-").FullName : Directory.CreateDirectory(folder).FullName;
        var held = Lock(path);
        try
        {
            var known = Read(Path.Combine(path, FileName));
            return new ExperimentJournal(path, folder == null, held, known ?? new JournalContent { Seed = chooseSeed() })
            {
                IsResumed = known != null,
                ElapsedBefore = TimeSpan.FromSeconds(known?.ElapsedSeconds ?? 0),
            };
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Checks that the journal is of this experiment, if there was one.</summary>
    /// <exception cref="InvalidOperationException">It is of another one.</exception>
    public void Identify(string identity)
    {
        if (_content.Identity != null && _content.Identity != identity)
        {
            throw new InvalidOperationException(
                $"The experiment in '{_folder}' is of other data, another search space or other settings than this one. Its time, models and number of threads may change, all else not. " +
                $"Set {nameof(RevRnnExperimentSettings.CheckpointDirectory)} to another folder, or delete this one.");
        }
        lock (_lock)
        {
            _content.Identity = identity;
            Save();
        }
    }

    /// <summary>The path of a file in the folder.</summary>
    public string File(string name) => Path.Combine(_folder, name);

    /// <summary>What a run came to at a rung, if it is known.</summary>
    public RunRecord? Find(int trial, int rung)
    {
        lock (_lock)
            return _content.Runs.Find(run => run.Trial == trial && run.Rung == rung);
    }

    /// <summary>What a rival came to, if it is known.</summary>
    public RunRecord? FindRival(int rival)
    {
        lock (_lock)
            return _content.Rivals.Find(run => run.Trial == rival);
    }

    /// <summary>All runs.</summary>
    public IReadOnlyList<RunRecord> Runs
    {
        get
        {
            lock (_lock)
                return [.. _content.Runs];
        }
    }

    /// <summary>Something that goes by the clock: as it was decided before, or else now.</summary>
    public int Decide(string what, Func<int> decide)
    {
        lock (_lock)
        {
            if (_content.Decisions.TryGetValue(what, out var known))
                return known;
            var decision = decide();
            _content.Decisions.Add(what, decision);
            Save();
            return decision;
        }
    }

    /// <summary>Adds what a run came to; that it was cut off before counts for nothing then.</summary>
    public void Add(RunRecord run) => Write(() =>
    {
        _content.Runs.RemoveAll(other => other.Trial == run.Trial && other.IsCutOff);
        _content.Runs.Add(run);
    });

    public void AddRival(RunRecord run) => Write(() => _content.Rivals.Add(run));

    /// <summary>Writes how long it has taken.</summary>
    public void Note() => Write(() => { });

    /// <summary>Deletes files that are not needed any more.</summary>
    public void Delete(string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(_folder, pattern))
        {
            try
            {
                System.IO.File.Delete(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It takes room, and is in nobody's way.
            }
        }
    }

    public void Dispose()
    {
        _held.Dispose();
        if (!_isTemporary)
            return;
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The system clears its temporary folder.
        }
    }

    private static FileStream Lock(string folder)
    {
        var name = Path.Combine(folder, "experiment.lock");
        for (var until = DateTime.UtcNow + _patience; ;)
        {
            try
            {
                return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (System.IO.File.Exists(name) && DateTime.UtcNow < until)
            {
                Thread.Sleep(50);
            }
            catch (IOException failure) when (System.IO.File.Exists(name))
            {
                throw new InvalidOperationException(
                    $"Another experiment is using '{folder}'. Wait for its end, or set {nameof(RevRnnExperimentSettings.CheckpointDirectory)} to another folder.", failure);
            }
        }
    }

    private static JournalContent? Read(string path)
    {
        if (!System.IO.File.Exists(path))
            return null;
        try
        {
            var content = JsonSerializer.Deserialize<JournalContent>(System.IO.File.ReadAllBytes(path), _json);
            if (content is { Version: JournalContent.CurrentVersion })
                return content;
            throw new JsonException(content == null ? "it is empty" : $"it has version {content.Version}, and this library reads version {JournalContent.CurrentVersion}");
        }
        catch (JsonException failure)
        {
            throw new InvalidOperationException(
                $"The experiment cannot go on from '{path}': {failure.Message.TrimEnd('.')}. Delete its folder to start anew, or set {nameof(RevRnnExperimentSettings.CheckpointDirectory)} to another one.", failure);
        }
    }

    private void Write(Action change)
    {
        lock (_lock)
        {
            change();
            Save();
        }
    }

    private void Save()
    {
        _content.ElapsedSeconds = Elapsed?.Invoke().TotalSeconds ?? _content.ElapsedSeconds;
        if (_isTemporary)
            return;
        AtomicFile.Write(File(FileName), stream => JsonSerializer.Serialize(stream, _content, _json), "state of the experiment");
    }
}
