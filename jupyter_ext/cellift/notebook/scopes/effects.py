"""What is known of Python's libraries: calls that change their object, share it, or change the state of the process.

Tables only. What they do not list is caught at run time, not here.
"""

from __future__ import annotations

#: Methods that change the object they are called on.
MUTATING_METHODS = frozenset(
    # list, dict, set, deque, bytearray, array
    "append extend insert remove pop clear sort reverse update setdefault popitem add discard "
    "difference_update intersection_update symmetric_difference_update appendleft extendleft popleft rotate "
    "move_to_end subtract put put_nowait get_nowait "
    # iterators, files, connections
    "send throw close write writelines writerow writerows seek readline readlines truncate flush commit execute "
    "executemany executescript fetchone fetchmany fetchall register subscribe "
    # numpy, pandas
    "fill resize itemset partition setflags setfield "
    # estimators and networks
    "fit partial_fit fit_transform fit_predict fit_resample set_params step zero_grad backward train eval "
    "load_state_dict add_module register_buffer register_parameter requires_grad_ apply_ copy_ zero_ "
    "compile load_weights set_weights learn observe adapt build add_param_group "
    # figures
    "set_title set_xlabel set_ylabel set_xlim set_ylim set_xticks set_yticks axhline axvline suptitle".split()
)

#: Methods that put their arguments into the object they are called on.
STORING_METHODS = frozenset(
    "append appendleft extend extendleft insert add update setdefault put put_nowait register subscribe send "
    "add_module register_module add_param_group __setitem__ __setattr__".split()
)

#: Functions that put their further arguments into the first one.
STORING_FUNCTIONS = frozenset("setattr heappush heappushpop heapreplace insort insort_left insort_right".split())

#: Methods that change a container which belongs to a module, like ``sys.path`` or ``os.environ``.
CONTAINER_METHODS = frozenset("append extend insert remove pop clear update setdefault add discard".split())

#: Methods whose result is a new object, whatever they are called on.
FRESH_METHODS = frozenset("copy deepcopy astype tolist split strip format join mean sum".split())

#: Functions that change their first argument.
MUTATING_FUNCTIONS = frozenset(
    "next setattr delattr shuffle heappush heappop heapify heapreplace heappushpop insort insort_left insort_right "
    "fill_diagonal copyto putmask place put".split()
)

#: Keywords that name an object to write into.
MUTATED_KEYWORDS = frozenset({"out"})

#: Functions whose result shares the members of its arguments.
SHARING_FUNCTIONS = frozenset(
    "list tuple set frozenset dict fromkeys deque sorted reversed max min zip enumerate map filter iter next "
    "asarray ascontiguousarray ravel atleast_1d atleast_2d squeeze reshape transpose broadcast_to from_numpy as_tensor "
    "copy partial make_pipeline make_union cycle chain islice reduce vars "
    "ref proxy".split()
)

#: Methods whose result is, or shares memory with, the object they are called on.
SHARING_METHODS = frozenset(
    "items values keys get pop popitem popleft setdefault to_numpy iterrows itertuples "
    "parameters named_parameters modules children state_dict "
    "reshape ravel view transpose squeeze swapaxes T fit set_params partial_fit to cuda cpu eval train detach numpy "
    "requires_grad_ set_index reset_index rename assign items compile build "
    "subplots add_subplot gca gcf".split()
)

#: Calls that make an object whose every use changes it (a generator's state moves on).
STATEFUL_FACTORIES = frozenset(
    "default_rng RandomState Random Generator SystemRandom iter count cycle subplots figure gca gcf axes "
    "add_subplot".split()
)

#: Builtins whose result every use moves on.
ITERATORS = frozenset("zip map filter enumerate reversed iter defaultdict".split())

#: Calls that make a class: their result is code, like a class statement.
CLASS_FACTORIES = frozenset(
    "namedtuple NamedTuple TypedDict NewType TypeVar TypeVarTuple ParamSpec Enum IntEnum StrEnum Flag IntFlag "
    "make_dataclass".split()
)

#: Calls that change the state of the process (a module's options, generators, filters), by the last name called.
STATE_CHANGERS = frozenset(
    "seed manual_seed manual_seed_all set_seed set_option reset_option set_options filterwarnings simplefilter "
    "resetwarnings basicConfig setLevel disable chdir putenv unsetenv setlocale setrecursionlimit set_printoptions "
    "seterr set_theme set_style set_palette set_context use rc rcdefaults set_default_dtype set_num_threads "
    "set_float32_matmul_precision use_deterministic_algorithms set_random_seed set_visible_devices "
    "set_memory_growth enable_eager_execution setcontext set_start_method set_config load_dotenv".split()
)

#: Functions that change the state of the process, whose last names alone would not tell.
STATE_CALLS = frozenset(
    "signal.signal signal.alarm socket.setdefaulttimeout gc.disable gc.enable gc.set_threshold gc.freeze "
    "threading.stack_size sys.settrace sys.setprofile sys.setswitchinterval sys.set_int_max_str_digits time.tzset "
    "site.addsitedir numpy.seterrcall numpy.set_string_function importlib.reload csv.register_dialect codecs.register "
    "csv.field_size_limit mimetypes.add_type copyreg.pickle sqlite3.register_adapter sqlite3.register_converter "
    "matplotlib.pyplot.ion matplotlib.pyplot.ioff seaborn.set logging.captureWarnings logging.addLevelName "
    "logging.setLoggerClass logging.setLogRecordFactory logging.config.dictConfig logging.config.fileConfig "
    "urllib.request.install_opener asyncio.set_event_loop_policy urllib3.disable_warnings locale.resetlocale "
    "os.fchdir faulthandler.enable "
    "pandas.api.extensions.register_dataframe_accessor sys.addaudithook os.umask tracemalloc.start "
    "multiprocessing.set_start_method matplotlib.rc_file decimal.setcontext random.setstate".split()
)

#: Context managers that undo at their end what is changed inside.
SCOPED_STATE = frozenset(
    "catch_warnings option_context rc_context localcontext errstate printoptions style_context axes_style "
    "plotting_context color_palette patch dict config_context fork_rng".split()
)

#: Calls that only show something.
DISPLAY_FUNCTIONS = frozenset({"print", "display", "pprint", "pp"})

#: Functions whose first argument is a file that they read or look at, besides ``read_…``.
FILE_READERS = frozenset(
    "load loadtxt genfromtxt fromfile imread load_model load_dotenv exists isfile isdir lexists getsize getmtime stat "
    "lstat access readlink run_path".split()
)

#: Methods of a path that read it, or look whether it is there.
PATH_READERS = frozenset("read_text read_bytes exists is_file is_dir stat samefile".split())

#: Methods of a path that change what is there.
PATH_WRITERS = frozenset("write_text write_bytes touch unlink mkdir rmdir symlink_to hardlink_to chmod".split())

#: Methods of tables whose first argument is a file that they write.
TABLE_WRITERS = frozenset(
    "to_csv to_parquet to_json to_pickle to_excel to_feather to_hdf to_stata to_orc to_html to_latex to_markdown "
    "to_xml to_file to_string write_csv write_parquet write_json write_ipc write_html write_image".split()
)

#: Functions and methods whose first argument is a file that they write.
WRITE_FIRST = frozenset(
    "savefig save savez savez_compressed savetxt imsave imwrite tofile save_model save_pretrained save_weights "
    "to_disk export_text".split()
)

#: Calls that write files, besides ``to_…`` and ``open`` with such a mode.
FILE_WRITERS = frozenset(
    "save savez savez_compressed savetxt savefig dump write_text write_bytes write_csv write_parquet write_image "
    "write_html imwrite imsave tofile copy2 copyfile copytree unlink rmtree download "
    "urlretrieve extractall save_model save_pretrained symlink_to touch cleanup".split()
)

#: Words that texts, lists and tables have for themselves; they write files only as functions of these modules.
MODULE_FILE_WRITERS = frozenset(
    f"{module}.{name}" for module in ("os", "shutil") for name in "copy move rename renames replace remove".split()
)

#: Names that IPython puts into a notebook's namespace and plain Python lacks.
IPYTHON_NAMES = frozenset({"get_ipython", "In", "Out", "_", "__", "___", "_i", "_ii", "_iii", "_oh", "_ih", "_dh"})
#: Calls that give something else each time, or talk to people: what they are part of is not repeated.
UNREPEATABLE = frozenset(
    "next time time_ns now today utcnow uuid1 uuid4 urandom token_hex token_bytes getpid perf_counter monotonic "
    "process_time input open rand randn randint random uniform normal choice choices sample integers standard_normal "
    "default_rng RandomState Random shuffle permutation pop popleft popitem read readline recv get_nowait".split()
)
