using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The environment under an <see cref="MLContext"/>, and the base of the hosts registered in it.</summary>
internal class LocalEnvironment : IHostEnvironmentInternal, ICancelable
{
    private readonly Lock _lock = new();
    private readonly List<WeakReference<ICancelable>> _children = [];
    private readonly LocalEnvironment _root;
    private readonly LocalEnvironment? _master;
    private readonly bool _verbose;
    private Action<IMessageSource, ChannelMessage>? _listener;

    public LocalEnvironment(int? seed = null)
    {
        _root = this;
        Seed = seed;
        Random = RandomUtils.Create(seed);
        ComponentCatalog = new ComponentCatalog();
        TempFilePath = Path.GetTempPath();
        ShortName = "";
        FullName = "";
    }

    private protected LocalEnvironment(LocalEnvironment master, string name, Random random, bool verbose)
    {
        _root = master._root;
        _master = master;
        _verbose = verbose;
        Seed = master.Seed;
        Random = random;
        ComponentCatalog = master.ComponentCatalog;
        TempFilePath = master.TempFilePath;
        GpuDeviceId = master.GpuDeviceId;
        FallbackToCpu = master.FallbackToCpu;
        IsCanceled = master.IsCanceled;
        ShortName = name;
        ParentName = master._master?.FullName;
        FullName = Qualify(ParentName, name);
    }

    public int? Seed { get; }

    public string TempFilePath { get; set; }

    public bool FallbackToCpu { get; set; }

    public int? GpuDeviceId { get; set; }

    public ComponentCatalog ComponentCatalog { get; }

    public bool IsCanceled { get; private set; }

    public virtual string ContextDescription => "HostEnvironment";

    /// <summary>The environment's name without that of its parent; empty for the root.</summary>
    public string ShortName { get; }

    /// <summary>What comes before the environment's own name. As in ML.NET it is not of its parent, but of the one above.</summary>
    public string? ParentName { get; }

    /// <summary>The environment's name with what comes before it.</summary>
    public string FullName { get; }

    private protected Random Random { get; }

    public static string Qualify(string? parent, string name) => string.IsNullOrEmpty(parent) ? name : $"{parent}; {name}";

    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        lock (_lock)
        {
            _children.RemoveAll(child => !child.TryGetTarget(out _));
            var random = seed.HasValue ? RandomUtils.Create(seed) : RandomUtils.Create(Random);
            var host = new LocalHost(this, name, random, verbose ?? _verbose);
            _children.Add(new WeakReference<ICancelable>(host));
            return host;
        }
    }

    public IChannel Start(string name) => new LocalChannel(this, name, _verbose, _root.Dispatch);

    public IPipe<TMessage> StartPipe<TMessage>(string name) => new LocalPipe<TMessage>(this, name, _verbose, (_, _) => { });

    public IProgressChannel StartProgressChannel(string name)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        return new LocalProgressChannel(this, isTop: true);
    }

    public TException Process<TException>(TException ex)
        where TException : Exception
    {
        ex.Data["Throwing component"] = "Environment";
        return Contracts.Mark(ex);
    }

    public void AddListener(Action<IMessageSource, ChannelMessage> listener)
    {
        lock (_lock)
            _listener += listener;
    }

    public void CancelExecution()
    {
        lock (_lock)
        {
            foreach (var child in _children)
            {
                if (child.TryGetTarget(out var host))
                    host.CancelExecution();
            }

            _children.Clear();
            IsCanceled = true;
        }
    }

    private void Dispatch(IMessageSource source, ChannelMessage message) => _listener?.Invoke(source, message);
}
